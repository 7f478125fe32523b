/** Letters that Unicode does not take apart into a base letter and its accent. */
const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  '&': '+',
  '’': "'",
  '–': '-',
  '—': '-',
};

/**
 * Text with nothing but what every bank takes (the SEPA set: letters and digits of ASCII, blanks and `/-?:().,'+`).
 * Accents are dropped, a few letters spelled out; what is left over becomes a full stop, so that nothing is hidden.
 */
export function bankText(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9]/gu, (character) => spelled[character] ?? character)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9/\-?:().,'+ ]/gu, '.')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

/** The same in capitals, as direct entry files are written. */
export function directEntryText(text: string): string {
  return bankText(text).toUpperCase();
}
