import { messageIdPrefix } from '../../domain/settlement/bank-result.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { invariant } from '../../domain/invariant.ts';
import { formatMajor, money } from '../../domain/money.ts';
import type { PayoutFileContent, PayoutFileEntry, SepaOriginator } from '../../domain/settlement/payout-file.ts';
import { bankText } from './bank-text.ts';

const nameLengthMax = 70;

/**
 * A SEPA credit transfer initiation, pain.001.001.09: one payment information block, one transaction for each payout,
 * shared charges, and the same count and control sum in the header and in the block (decisions D30).
 */
export function pain001File(content: PayoutFileContent, originator: SepaOriginator): string {
  const messageId = `${messageIdPrefix}${content.fileNo}`;
  const count = String(content.entries.length);
  const total = major(content.entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0));
  const name = element('Nm', cut(originator.name));
  const totals = element('NbOfTxs', count) + element('CtrlSum', total);
  const header = [
    element('MsgId', messageId),
    element('CreDtTm', `${content.createdAt.slice(0, 19)}Z`),
    totals,
    `<InitgPty>${name}</InitgPty>`,
  ];
  const block = [
    element('PmtInfId', `${messageId}-1`),
    element('PmtMtd', 'TRF'),
    totals,
    '<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>',
    `<ReqdExctnDt>${element('Dt', content.businessDay)}</ReqdExctnDt>`,
    `<Dbtr>${name}</Dbtr>`,
    accountElement('DbtrAcct', originator.iban),
    agentElement('DbtrAgt', originator.bic),
    element('ChrgBr', 'SLEV'),
    ...content.entries.map(transaction),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>',
    `<GrpHdr>${header.join('')}</GrpHdr>\n<PmtInf>${block.join('')}</PmtInf>\n`,
    '</CstmrCdtTrfInitn></Document>\n',
  ].join('');
}

function transaction({ account, amountMinor, reference }: PayoutFileEntry): string {
  invariant(account.scheme === 'iban', `${reference} is not to be paid within SEPA`);
  const parts = [
    `<PmtId>${element('EndToEndId', reference)}</PmtId>`,
    `<Amt><InstdAmt Ccy="EUR">${major(amountMinor)}</InstdAmt></Amt>`,
    account.bic === null ? '' : agentElement('CdtrAgt', account.bic),
    `<Cdtr>${element('Nm', cut(account.accountName))}</Cdtr>`,
    accountElement('CdtrAcct', account.iban),
    `<RmtInf>${element('Ustrd', reference)}</RmtInf>`,
  ];
  return `\n<CdtTrfTxInf>${parts.join('')}</CdtTrfTxInf>`;
}

function accountElement(name: string, iban: string): string {
  return `<${name}><Id>${element('IBAN', iban)}</Id></${name}>`;
}

/** Within SEPA the branch follows from the account; who pays must still say that it is not given. */
function agentElement(name: string, bic: string | null): string {
  const inner = bic === null ? '<Othr><Id>NOTPROVIDED</Id></Othr>' : element('BICFI', bic);
  return `<${name}><FinInstnId>${inner}</FinInstnId></${name}>`;
}

function element(name: string, text: string): string {
  return `<${name}>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</${name}>`;
}

function cut(name: string): string {
  return bankText(name).slice(0, nameLengthMax).trim();
}

function major(amountMinor: number): string {
  return formatMajor(money(amountMinor, parseCurrency('EUR')));
}
