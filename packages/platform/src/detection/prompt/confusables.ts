/**
 * Letters of other scripts that look like a Latin one, and are not brought to it by NFKC. Only lower and upper case letters that
 * attackers can tell apart from Latin by nothing but their code: Cyrillic, Greek, Armenian, Cherokee, Lisu, small capitals. Written
 * by us letter by letter after the idea of Unicode's "confusables" (UTS 39), whose table is far larger and maps most of it to
 * things that no keyboard writes.
 */
const lookalikes: readonly (readonly [latin: string, others: string])[] = [
  ['a', 'аαɑ𐊠ᴀ'],
  ['A', 'АΑᎪꓮ'],
  ['b', 'ƅЬᏏʙ'],
  ['B', 'ВΒᏴꓐ'],
  ['c', 'сϲᴄ'],
  ['C', 'СϹᏟꓚ'],
  ['d', 'ԁɗᏧꓒᴅ'],
  ['D', 'ᎠꓓĐ'],
  ['e', 'еєҽεᴇ'],
  ['E', 'ЕΕᎬꓰ'],
  ['f', 'ғϝꜰ'],
  ['F', 'Ϝꓝ'],
  ['g', 'ɡցɢ'],
  ['G', 'ԌᏀꓖ'],
  ['h', 'һհʜ'],
  ['H', 'НΗᎻꓧ'],
  ['i', 'іıιɩᎥɪ'],
  ['I', 'ІΙӀ'],
  ['j', 'јϳᴊ'],
  ['J', 'ЈᎫꓙ'],
  ['k', 'кκᴋ'],
  ['K', 'КΚᏦꓗ'],
  ['l', 'ӏʟ'],
  ['L', 'Ꮮꓡ'],
  ['m', 'мᴍ'],
  ['M', 'МΜᎷꓟ'],
  ['n', 'ոռηпɴ'],
  ['N', 'ΝꓠЍ'],
  ['o', 'оοօσᴏ'],
  ['O', 'ОΟՕꓳ'],
  ['p', 'рρᴘ'],
  ['P', 'РΡᏢꓑ'],
  ['q', 'ԛգ'],
  ['r', 'гᴦʀ'],
  ['R', 'ᎡᏒꓣ'],
  ['s', 'ѕꜱ'],
  ['S', 'ЅᏚꓢ'],
  ['t', 'тτᴛ'],
  ['T', 'ТΤᎢꓔ'],
  ['u', 'υսцᴜ'],
  ['U', 'Սꓴ'],
  ['v', 'νѵᴠ'],
  ['V', 'ѴᏙꓦ'],
  ['w', 'ԝωѡᴡ'],
  ['W', 'ԜᎳꓪ'],
  ['x', 'хχ'],
  ['X', 'ХΧꓫ'],
  ['y', 'уүγʏ'],
  ['Y', 'ҮΥꓬ'],
  ['z', 'ᴢ'],
  ['Z', 'ΖᏃꓜ'],
];

/** By code point of the look-alike, the Latin letter. */
export const confusables: ReadonlyMap<number, string> = new Map(
  lookalikes.flatMap(([latin, others]) => [...others].map((other) => [other.codePointAt(0) ?? 0, latin] as const)),
);
