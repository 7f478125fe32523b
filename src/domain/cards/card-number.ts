/**
 * Whether `text` holds what could be a card number: 13 to 19 digits, apart from single blanks and hyphens, that pass
 * the Luhn check. Such text is refused everywhere, so that card data never enters by a side door (quality.md, PCI).
 * A UUID is none, although one in 450 has such digits: hosts name their things by them.
 */
export function containsCardNumber(text: string): boolean {
  const runs = text.replaceAll(uuid, '').match(/\d(?:[ -]?\d){12,18}/g) ?? [];
  return runs.some((run) => passesLuhn(run.replace(/[ -]/g, '')));
}

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [position, digit] of Array.from(digits).reverse().entries()) {
    const value = Number(digit) * (position % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
