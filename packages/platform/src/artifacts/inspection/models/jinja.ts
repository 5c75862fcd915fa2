/**
 * Chat templates are programs in Jinja, and have been rendered without a sandbox by llama-cpp-python (CVE-2024-34359), vLLM and
 * SGLang (CVE-2026-5760). Names, attributes and literals of the expressions are compared with what templates of chats need.
 */
const escapes = new Set(
  'cycler joiner lipsum self config request url_for get_flashed_messages caller varargs kwargs g session'.split(' '),
);
const imports = new Set('import include extends from'.split(' '));
const methods = new Set(
  `role content items keys values get append split rsplit strip lstrip rstrip upper lower title capitalize replace startswith endswith
   join format find count index first last length name arguments function tool_calls parameters type text description properties
   required enum default reasoning_content thinking id image image_url audio video value key loop index0 revindex last previtem
   nextitem tools documents now strftime isoformat update add pop insert extend copy system_message found messages model
   tool_call_id tool_responses response date year month day anyOf oneOf items additionalProperties nullable return fullmatch
   has_system is_first is_last prefix output mask state last_query_index multi_step_tool last_user_index seen flag ns n start`.split(
    /\s+/,
  ),
);

export interface TemplateReason {
  readonly verdict: 'unsafe' | 'suspicious';
  readonly offset: number;
  readonly what: string;
}

const longest = 1 << 20;

export function templateReasons(template: string): TemplateReason[] {
  if (template.length > longest)
    return [{ verdict: 'suspicious', offset: 0, what: 'It is too long for a template of a chat.' }];
  const found: TemplateReason[] = [];
  for (const { text, at, statement } of expressions(template)) {
    const say = (verdict: TemplateReason['verdict'], offset: number, what: string) =>
      found.push({ verdict, offset: at + offset, what });
    const tokens = [...text.matchAll(/(['"])((?:\\[\s\S]|(?!\1)[^\\])*)\1|[A-Za-z_]\w*|\d+|[^\s\w]/g)];
    for (const [place, token] of tokens.entries()) {
      const [word, quote, literal] = token;
      const offset = token.index;
      const before = tokens[place - 1]?.[0];
      if (quote !== undefined) {
        if (/__|\\x5f|\\137|\\u005f/i.test(literal ?? ''))
          say('unsafe', offset, `It names ${word.slice(0, 80)}, which reaches into Python.`);
        else if (/\\x|\\u|\\[0-7]/i.test(literal ?? '') && before !== '|' && /\\x[2-7]|\\u00[2-7]/i.test(literal ?? ''))
          say('suspicious', offset, `It writes letters as escapes: ${word.slice(0, 80)}.`);
      } else if (/^[A-Za-z_]/.test(word)) {
        if (word.startsWith('_')) say('unsafe', offset, `It uses ${word}, which reaches into Python.`);
        else if (before === '|' && /^(attr|map|selectattr|rejectattr|format|xmlattr)$/.test(word) && word === 'attr')
          say('unsafe', offset, 'It takes attributes by name (attr).');
        else if (before !== '.' && before !== '|' && escapes.has(word) && tokens[place + 1]?.[0] !== '=')
          say('unsafe', offset, `It uses ${word}, from which Python can be reached.`);
        else if (statement && place === 0 && imports.has(word))
          say('unsafe', offset, `It loads another template (${word}).`);
        else if (before === '.' && !methods.has(word) && tokens[place + 1]?.[0] === '(')
          say('suspicious', offset, `It calls ${word}(), which templates of chats do not need.`);
      }
    }
  }
  return found;
}

/** What stands in `{{ }}` and `{% %}`; an expression that does not end is taken to the end of the template. */
function* expressions(template: string): Generator<{ text: string; at: number; statement: boolean }> {
  for (let at = 0; ; ) {
    const begin = /\{[{%#]/.exec(template.slice(at));
    if (begin === null) return;
    const from = at + begin.index + 2;
    const kind = template[from - 1];
    const end = template.indexOf(kind === '{' ? '}}' : kind === '%' ? '%}' : '#}', from);
    const to = end === -1 ? template.length : end;
    const text = template.slice(from, to).replace(/^[-+]/, ' ');
    if (kind !== '#') yield { text, at: from, statement: kind === '%' };
    at = to;
    if (end === -1) return;
  }
}
