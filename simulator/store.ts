import { createCollection, type Collection } from './collection.ts';
import type { Stripe } from 'stripe';
import type { StripeEvent } from './ports.ts';
import type {
  BalanceTransactionRecord,
  ChargeRecord,
  CustomerRecord,
  DisputeRecord,
  IntentRecord,
  LocationRecord,
  PaymentMethodRecord,
  PayoutRecord,
  ReadCard,
  ReaderRecord,
  RefundRecord,
  SetupAttemptRecord,
  SetupIntentRecord,
  TransferRecord,
  TransferReversalRecord,
} from './records.ts';
import type { CardBackground } from './online/online-cards.ts';
import type { Device } from './readers/device.ts';
import type { Settings } from './settings.ts';
import { createIdempotencyStore, type IdempotencyStore } from './wire/idempotency.ts';

/** A webhook endpoint with what its public shape hides. */
export interface EndpointRecord {
  id: string;
  shape: Stripe.WebhookEndpoint;
  secrets: string[];
  connect: boolean;
}

/** What the simulator knows about an intent and the API does not show. */
export interface IntentBackground {
  /** The card that was read, while a two-step payment awaits its confirmation. */
  collected: { read: ReadCard; paymentMethod: string; tipMinor: number | undefined } | null;
  /** Refusals that make the next presentation of the same card succeed. */
  pinRefusals: number;
  expiry: { cancel(): void } | null;
  /** What search knew when: it lags behind (terminal.md 5.2). */
  searchable: { atMs: number; status: string; amount: number; metadata: Record<string, string> }[];
}

export interface AccountOptions {
  id: string;
  secretKeys: string[];
  publishableKeys: string[];
  country: string;
  currency: string;
  /** The platform a connected account belongs to. */
  platform: string | null;
  /** The version of its events, and of calls that name none. */
  apiVersion: string;
}

/** Everything of one account: nothing is shared between accounts, idempotency keys included (terminal.md 5.1-6). */
export interface Account extends AccountOptions {
  readonly createdSeconds: number;
  readonly paymentIntents: Collection<IntentRecord>;
  readonly background: Map<string, IntentBackground>;
  readonly paymentMethods: Collection<PaymentMethodRecord>;
  /** Which test card a payment method was read from; Stripe knows the number, its clients do not. */
  readonly cardNumbers: Map<string, string>;
  /** The same for cards that were typed, and what has happened to them. */
  readonly cards: Map<string, CardBackground>;
  readonly customers: Collection<CustomerRecord>;
  readonly deletedCustomers: Set<string>;
  readonly setupIntents: Collection<SetupIntentRecord>;
  readonly setupAttempts: Collection<SetupAttemptRecord>;
  readonly charges: Collection<ChargeRecord>;
  readonly refunds: Collection<RefundRecord>;
  readonly disputes: Collection<DisputeRecord>;
  readonly balanceTransactions: Collection<BalanceTransactionRecord>;
  readonly payouts: Collection<PayoutRecord>;
  readonly transfers: Collection<TransferRecord>;
  readonly transferReversals: Collection<TransferReversalRecord>;
  /** By currency, minor units: what was available before anything happened. */
  readonly openingBalance: Map<string, number>;
  readonly locations: Collection<LocationRecord>;
  readonly readers: Collection<ReaderRecord>;
  readonly devices: Map<string, Device>;
  readonly registrationCodes: Set<string>;
  readonly events: Collection<StripeEvent>;
  readonly endpoints: Collection<EndpointRecord>;
  readonly idempotency: IdempotencyStore;
}

/** The one door to the simulator's state; it lives in memory. */
export interface Store {
  account(id: string): Account | undefined;
  accounts(): Iterable<Account>;
  /** The account a secret or publishable key opens. */
  forKey(key: string): { account: Account; kind: 'secret' | 'publishable' } | undefined;
  addAccount(options: AccountOptions, nowSeconds: number): Account;
  rotateKeys(account: Account, secretKeys: string[]): void;
  /** The account that owns a reader, for the control plane, which knows no keys. */
  ownerOfReader(readerId: string): Account | undefined;
  clear(): void;
}

export function createStore(settings: Settings): Store {
  const accounts = new Map<string, Account>();
  const keys = new Map<string, { account: Account; kind: 'secret' | 'publishable' }>();
  return {
    account: (id) => accounts.get(id),
    accounts: () => accounts.values(),
    forKey: (key) => keys.get(key),
    addAccount(options, nowSeconds) {
      const account = emptyAccount(options, nowSeconds, settings);
      accounts.set(account.id, account);
      for (const key of options.secretKeys) keys.set(key, { account, kind: 'secret' });
      for (const key of options.publishableKeys) keys.set(key, { account, kind: 'publishable' });
      return account;
    },
    rotateKeys(account, secretKeys) {
      for (const key of account.secretKeys) keys.delete(key);
      account.secretKeys = secretKeys;
      for (const key of secretKeys) keys.set(key, { account, kind: 'secret' });
    },
    ownerOfReader(readerId) {
      for (const account of accounts.values()) if (account.readers.get(readerId) !== undefined) return account;
      return undefined;
    },
    clear() {
      accounts.clear();
      keys.clear();
    },
  };
}

function emptyAccount(options: AccountOptions, createdSeconds: number, settings: Settings): Account {
  return {
    ...options,
    createdSeconds,
    paymentIntents: createCollection(),
    background: new Map(),
    paymentMethods: createCollection(),
    cardNumbers: new Map(),
    cards: new Map(),
    customers: createCollection(),
    deletedCustomers: new Set(),
    setupIntents: createCollection(),
    setupAttempts: createCollection(),
    charges: createCollection(),
    refunds: createCollection(),
    disputes: createCollection(),
    balanceTransactions: createCollection(),
    payouts: createCollection(),
    transfers: createCollection(),
    transferReversals: createCollection(),
    openingBalance: new Map(),
    locations: createCollection(),
    readers: createCollection(),
    devices: new Map(),
    registrationCodes: new Set(),
    events: createCollection(() => settings.keptEvents),
    endpoints: createCollection(),
    idempotency: createIdempotencyStore(() => settings.keptIdempotencyKeys),
  };
}
