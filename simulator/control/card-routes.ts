import { z } from 'zod';
import { declines, type DeclineName } from '../declines.ts';
import { onlineCard } from '../online/online-cards.ts';
import { backgroundOfCard } from '../online/saved-cards.ts';
import type { ControlRoute } from '../ports.ts';
import type { PaymentMethodRecord } from '../records.ts';
import { cardFacts } from '../resources/payment-method-shape.ts';
import type { Account } from '../store.ts';
import { emit, type World } from '../world.ts';
import { ControlError } from './dispatch.ts';
import { owned } from './owned.ts';

const behaveInput = z.strictObject({
  /** `as_card`: what the card itself says again. */
  behaviour: z.enum(['ok', 'as_card', ...(Object.keys(declines) as DeclineName[])]),
  times: z.number().int().min(1).optional(),
});
const replaceInput = z.strictObject({
  number: z.string().optional(),
  exp_month: z.number().int().min(1).max(12).default(12),
  exp_year: z.number().int().default(2034),
});
const methods = { noun: 'payment method', of: (account: Account) => account.paymentMethods };

/** What happens to a saved card outside our sight: its bank changes its mind, it expires, it is replaced. */
export function cardControlRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/payment_methods/:id/behave',
      handle: ({ params, body }) => {
        const { account, item: method } = owned(world, params, methods);
        const { behaviour, times = Infinity } = behaveInput.parse(body);
        const background = backgroundOfCard(account, method);
        background.order = behaviour === 'as_card' ? null : { behaviour, timesLeft: times };
        return method;
      },
    },
    {
      method: 'POST',
      path: '/_control/payment_methods/:id/expire',
      handle: ({ params }) => {
        const { account, item: method } = owned(world, params, methods);
        expire(world, method);
        emit(world, account, { type: 'payment_method.updated', object: method });
        return method;
      },
    },
    {
      method: 'POST',
      path: '/_control/payment_methods/:id/replace',
      handle: ({ params, body }) => {
        const { account, item: method } = owned(world, params, methods);
        replace(account, method, replaceInput.parse(body ?? {}));
        emit(world, account, { type: 'payment_method.automatically_updated', object: method });
        return method;
      },
    },
  ];
}

/** Its last month was the one before this. */
function expire({ clock }: World, { id, card }: PaymentMethodRecord): void {
  if (card === undefined) throw new ControlError(409, `${id} is no card`);
  const now = new Date(clock.nowMs());
  const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1));
  card.exp_month = lastMonth.getUTCMonth() + 1;
  card.exp_year = lastMonth.getUTCFullYear();
}

/** The bank sent its customer a new card, and the network told the processor: the same payment method, another card. */
function replace(account: Account, method: PaymentMethodRecord, wish: z.infer<typeof replaceInput>): void {
  const background = backgroundOfCard(account, method);
  const card = wish.number === undefined ? background.card : onlineCard(wish.number);
  if (card === undefined) throw new ControlError(400, `${wish.number ?? ''} is no test card`);
  background.card = card;
  method.card = cardFacts({ card, expMonth: wish.exp_month, expYear: wish.exp_year, cvcGiven: false });
}
