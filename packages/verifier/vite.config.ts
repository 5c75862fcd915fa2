import { createHash } from 'node:crypto';
import { defineConfig, type Plugin } from 'vite';

/**
 * The verifier page is one file: people carry it to machines that have nothing else, and open it from a disk. Script and
 * style stand in it, and its policy names them by digest: nothing else may run, and nothing may be fetched.
 */
export default defineConfig({
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { output: { codeSplitting: false } },
  },
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
  plugins: [nothingOfNode(), oneFile()],
});

/** The page must not carry code that a browser does not have: an import of Node's ends the build. */
function nothingOfNode(): Plugin {
  return {
    name: 'nothing-of-node',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source.startsWith('node:')) this.error(`${importer} imports ${source}: the verifier page has no Node`);
    },
  };
}

function oneFile(): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') this.error('there is no page');
      let html = String(page.source);
      const digests = { script: [] as string[], style: [] as string[] };
      for (const [name, file] of Object.entries(bundle)) {
        if (name === 'index.html') continue;
        const isScript = file.type === 'chunk';
        const content = isScript ? file.code : String(file.source);
        // A closing tag inside of the code would end it.
        const safe = content.replaceAll(/<(?=\/script|\/style|!--)/gi, '\\x3c').trim();
        const kind = isScript ? 'script' : 'style';
        digests[kind].push(`'sha256-${createHash('sha256').update(safe).digest('base64')}'`);
        const tag = isScript
          ? new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`)
          : new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`);
        if (!tag.test(html)) this.error(`${name} is not in the page`);
        html = html.replace(tag, '');
        const inline = isScript ? `<script type="module">${safe}</script>` : `<style>${safe}</style>`;
        html = isScript
          ? html.replace('</body>', () => `${inline}</body>`)
          : html.replace('</head>', () => `${inline}</head>`);
        delete bundle[name];
      }
      const policy = `default-src 'none'; script-src ${digests.script.join(' ')}; style-src ${digests.style.join(' ')}; connect-src 'none'; base-uri 'none'; form-action 'none'`;
      page.source = html.replace(
        '<head>',
        () => `<head>\n    <meta http-equiv="content-security-policy" content="${policy}" />`,
      );
      page.fileName = 'firebreak-verifier.html';
    },
  };
}
