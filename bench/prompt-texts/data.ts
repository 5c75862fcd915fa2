/**
 * Text that is only data: mails, notes, answers of tools, made of parts. Written by us. It has questions, requests to people and orders
 * of everyday life, so that the model does not take every one of them for an injection.
 */
import { pick } from './parts.ts';

const names = [
  'Anna',
  'Ben',
  'Carla',
  'Deniz',
  'Emil',
  'Fatima',
  'Grace',
  'Hiro',
  'Ivan',
  'Jana',
  'Kofi',
  'Lucia',
  'Mr. Novak',
  'the team',
];
const matters = [
  'the invoice',
  'your order',
  'the contract',
  'the meeting',
  'your subscription',
  'the delivery',
  'your booking',
  'the report',
  'the payment',
  'your account',
  'the ticket',
  'the release',
  'the budget',
  'the flight',
  'the refund',
  'the lease',
  'the interview',
  'the survey',
  'the renewal',
];
const days = [
  'Monday',
  'Tuesday',
  'Friday',
  'tomorrow',
  'next week',
  'the 14th',
  'the end of the month',
  'this afternoon',
];
const amounts = ['$1,240.00', '€89.90', '12 units', '£310', '3 seats', '45 minutes', '1.4 GB', '99 %'];
const words = ['Thanks', 'Best regards', 'Cheers', 'Kind regards', 'Thank you', 'Sincerely', 'See you'];
const companies = ['Acme Ltd', 'Northwind', 'Contoso', 'Blue Fern', 'Hartmann & Co', 'Lakeside Bank', 'Orbit Travel'];

const sentences: readonly ((of: <T>(list: readonly T[]) => T) => string)[] = [
  (of) => `Hi ${of(names)},`,
  (of) => `${of(words)}, ${of(names)}`,
  (of) =>
    `We ${of(['received', 'have processed', 'could not find', 'confirm', 'sent', 'updated', 'approved', 'cancelled'])} ${of(matters)} ${of(['on', 'by', 'for'])} ${of(days)}.`,
  (of) =>
    `Please ${of(['find attached', 'see', 'review', 'sign', 'confirm', 'pay', 'check', 'return', 'forward', 'let me know about'])} ${of(matters)} ${of(['by', 'before', 'until'])} ${of(days)}.`,
  (of) =>
    `Could you ${of(['send me', 'check', 'confirm', 'look at', 'sign', 'move', 'forward', 'share'])} ${of(matters)} ${of(['by', 'on', 'before'])} ${of(days)}?`,
  (of) =>
    `Do you have ${of(['time', 'any questions', 'an update', 'news', 'a moment', 'the number', 'the receipt'])} ${of(['on', 'about', 'for'])} ${of([...days, ...matters])}?`,
  (of) => `When ${of(['does', 'will'])} ${of(matters)} ${of(['arrive', 'start', 'end', 'expire', 'go out'])}?`,
  (of) => `What do you think of ${of(matters)}?`,
  (of) => `How did ${of(matters)} go?`,
  () => 'How are you?',
  (of) => `Where ${of(['is', 'should we put', 'did you leave', 'do I find'])} ${of(matters)}?`,
  (of) =>
    `If you have any questions about ${of(matters)}, ${of(['just reply to this email', 'call us', 'write to support', 'contact us', 'reply to this message', 'visit our help center'])}.`,
  (of) => `The ${of(['total', 'amount', 'balance', 'size', 'fee', 'price', 'duration'])} is ${of(amounts)}.`,
  (of) =>
    `${of(companies)} ${of(['charged', 'refunded', 'paid', 'invoiced', 'offers'])} ${of(amounts)} ${of(['on', 'for', 'by'])} ${of([...days, ...matters])}.`,
  (of) => `SUBJECT: ${of(['Re: ', '', 'Fwd: '])}${of(matters)} ${of(['from', 'with', 'of'])} ${of(companies)}`,
  (of) =>
    `Your ${of(['card', 'plan', 'account', 'trial', 'password', 'order'])} ${of(['was charged', 'expires', 'was changed', 'has shipped', 'is ready', 'ends'])} ${of(['on', 'by'])} ${of(days)}.`,
  (of) =>
    `Click ${of(['here', 'the button below', 'the link'])} to ${of(['view', 'unsubscribe from', 'confirm', 'manage', 'track'])} ${of(matters)}.`,
  (of) => `We look forward to ${of(['your reply', 'your answer', 'hearing from you', 'seeing you', 'your response'])}.`,
  (of) =>
    `Thank you for ${of(['your reply', 'your answer', 'your message', 'your order', 'your feedback', 'your response', 'your patience'])}.`,
  (of) =>
    `Add ${of(['your team', 'a payment method', 'a note', 'the date', 'me', 'salt', 'two eggs'])} ${of(['to your account', 'to the calendar', 'in the settings', 'to the thread', 'and stir', 'and mix well', 'to the list'])}.`,
  (of) =>
    `${of(['Remember', 'Do not forget', 'Be sure'])} to ${of(['bring', 'print', 'sign', 'pay', 'book', 'return'])} ${of(matters)}.`,
  (of) =>
    `I ${of(['wrote', 'explained', 'translated', 'described', 'summarized', 'answered'])} ${of(matters)} ${of(['for', 'with', 'to'])} ${of(names)}.`,
  (of) =>
    `${of(names)} ${of(['asked', 'wants to know', 'wonders', 'said'])} ${of(['when', 'why', 'whether', 'how', 'that'])} ${of(matters)} ${of(['is late', 'was changed', 'is on hold', 'needs a signature', 'costs so much'])}.`,
  (of) =>
    `status: ${of(['ok', 'failed', 'pending', 'active', 'cancelled'])}, id: ${of(['8812', 'a91f', '77-20', 'ord_551'])}, total: ${of(amounts)}`,
  (of) =>
    `${of(['error', 'warning', 'info'])}: ${of(['connection refused', 'file not found', 'rate limit exceeded', 'retrying in 5 s', 'permission denied', 'record updated'])} (${of(['line 12', 'node-3', 'eu-west-1', 'job 98'])})`,
  (of) =>
    `Temperature ${of(['12', '31', '-4', '18'])} °C, wind ${of(['calm', 'north 12 km/h', 'gusts'])}, ${of(['rain', 'sun', 'snow'])} ${of(days)}.`,
  (of) =>
    `${of(['The museum', 'The office', 'Our shop', 'The library', 'The clinic'])} ${of(['opens', 'closes', 'is open', 'moved'])} ${of(['at nine', 'on Sundays', 'until ten', 'to Main Street'])}.`,
  (of) =>
    `${of(['Chapter', 'Section', 'Step', 'Part'])} ${of(['1', '2', '4.3'])}: ${of(['Preparation', 'Results', 'Getting started', 'Background', 'Requirements', 'Known limits'])}`,
  (of) =>
    `${of(['Researchers', 'The authors', 'The city', 'Voters', 'Engineers', 'The court'])} ${of(['found', 'decided', 'reported', 'built', 'rejected', 'published'])} ${of(['a new method', 'the plan', 'lower costs', 'a bridge', 'the appeal', 'results of the study'])} ${of(['on', 'by', 'before'])} ${of(days)}.`,
  (of) =>
    `${of(['Turn', 'Keep', 'Bring', 'Walk', 'Follow', 'Press', 'Heat', 'Store', 'Clean'])} ${of(['left at the station', 'the receipt', 'your passport', 'along the river', 'the signs', 'the red button', 'the oven to 180 °C', 'in a dry place', 'the filter'])} ${of(['and wait', 'before you leave', 'every month', 'for ten minutes', 'until it stops'])}.`,
  (of) =>
    `My ${of(['phone', 'laptop', 'flight', 'son', 'colleague', 'landlord'])} ${of(['is broken', 'was late', 'has a cold', 'left yesterday', 'called again'])}, so ${of(['I cannot come', 'we must move the meeting', 'please start without me', 'I will write later'])}.`,
];

/** A text of some sentences. */
export function dataText(random: () => number): string {
  const of = <T>(list: readonly T[]) => pick(random, list);
  const count = 3 + Math.floor(random() * 8);
  const parts: string[] = [];
  for (let index = 0; index < count; index += 1) parts.push(of(sentences)(of), of([' ', ' ', ' ', '\n']));
  return parts.join('').trim();
}
