import { z } from 'zod';
import type { Member } from '../../entities/members/member.entity.ts';
import { currency, id, time } from '../schemas.ts';

/** A member as the host sees it. */
export const memberSchema = z
  .object({
    id: id('member'),
    no: z.int().meta({ description: 'The public member number' }),
    externalRef: z.string().nullable(),
    firstName: z.string(),
    lastName: z.string(),
    email: z.string().nullable(),
    currency,
    status: z.enum(['active', 'closed']),
    system: z.boolean().meta({ description: 'An account of the house: it is never written to' }),
    wantsLowBalanceEmail: z.boolean(),
    wantsPaymentsEmail: z.boolean(),
    homeClub: z.string().nullable(),
    rank: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Member' });

/** A row as `memberSchema` has it. */
export function memberView(row: Member): z.input<typeof memberSchema> {
  const { id, no, firstName, lastName, currency, status, wantsLowBalanceEmail, wantsPaymentsEmail } = row;
  return {
    id,
    no,
    externalRef: row.externalRef ?? null,
    firstName,
    lastName,
    email: row.email ?? null,
    currency,
    status,
    system: row.isSystem,
    wantsLowBalanceEmail,
    wantsPaymentsEmail,
    homeClub: row.homeClub ?? null,
    rank: row.rankName ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
