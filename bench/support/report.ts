import type { Figure } from '../contract.ts';

export type Verdict = 'PASS' | 'FLOOR' | 'FAIL';

/** `PASS` where the goal is met, `FLOOR` where only the floor is, `FAIL` where neither is. */
export function verdictOf(figure: Figure): Verdict {
  const reaches = (mark: number): boolean => (figure.better === 'more' ? figure.value >= mark : figure.value <= mark);
  if (reaches(figure.goal)) return 'PASS';
  return reaches(figure.floor) ? 'FLOOR' : 'FAIL';
}

/** `R2 at 16 callers: ratio 3.12 goal 3.00 floor 2.00 PASS` */
export function figureLine(id: string, figure: Figure): string {
  const when = figure.when === undefined ? '' : ` ${figure.when}:`;
  const [value, goal, floor] = [figure.value, figure.goal, figure.floor].map(shown);
  return `${id}${when} ${figure.unit} ${value} goal ${goal} floor ${floor} ${verdictOf(figure)}`;
}

/** The line that stands for a ratio: of several figures the worst, by its verdict and then by its distance to the goal. */
export function lastLine(id: string, figures: readonly Figure[]): string {
  const worst = figures.reduce((left, right) => (isWorse(right, left) ? right : left));
  return figureLine(id, figures.length === 1 ? worst : { ...worst, when: `worst, ${worst.when ?? ''}` });
}

/** The worst verdict among `figures`. */
export function worstVerdict(figures: readonly Figure[]): Verdict {
  const found = figures.map(verdictOf);
  return order.find((verdict) => found.includes(verdict)) ?? 'PASS';
}

const order: readonly Verdict[] = ['FAIL', 'FLOOR', 'PASS'];

function isWorse(left: Figure, right: Figure): boolean {
  const rank = order.indexOf(verdictOf(left)) - order.indexOf(verdictOf(right));
  return rank === 0 ? attainment(left) < attainment(right) : rank < 0;
}

/** How much of its goal a figure reaches; 1 and more where it is met. */
function attainment({ value, goal, better }: Figure): number {
  return better === 'more' ? value / goal : goal / value;
}

function shown(value: number): string {
  if (Number.isInteger(value) && value >= 10) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
