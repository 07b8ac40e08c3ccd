/** The shapes that the console uses, by the names of the backend's OpenAPI. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type AlertSummary = Schemas['AlertSummary'];
export type AlertDetail = Schemas['AlertDetail'];
export type AlertPage = Schemas['AlertPage'];
export type Vocabulary = Schemas['Vocabulary'];
export type Component = Schemas['ComponentView'];
export type HealthView = Schemas['HealthView'];
export type TimelineEntry = AlertDetail['timeline'][number];
export type CommandLine = AlertDetail['commands'][number];
export type Card = AlertDetail['card'];
export type Resident = Card['residents'][number];
export type Contact = Card['contacts'][number];
export type Severity = AlertSummary['severity'];
export type Verb = AlertDetail['allowed'][number];
