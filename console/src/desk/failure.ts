/** A step that did not succeed, and what is said of it. */
import type { ActionName } from '../api/actions';
import { Problem } from '../api/client';
import { clockTime } from '../clock/format';
import type { Texts } from '../i18n/texts';

/** Everything that somebody does to an alert at the desk. */
export type StepName =
  | ActionName
  | 'call'
  | 'call-result'
  | 'script'
  | 'hand-over'
  | 'send-out'
  | 'say-step'
  | 'called';

/** A step that did not succeed. `error`: what was thrown, or why it was not even sent. */
export type Failure = { action: StepName; error: unknown };
export type Withheld = 'taken' | 'not_allowed';

/** A mandatory step of the script that keeps an alert open. */
export type Standing = { step: string; label: Record<string, string> };

/** Whether it failed with this reason of the backend. */
export function failedWith(failure: Failure | undefined, action: StepName, code: string): boolean {
  return failure?.action === action && failure.error instanceof Problem && failure.error.code === code;
}

/** The steps that stand in the way of closing; none where it failed for another reason. */
export function standingSteps(failure: Failure | undefined): readonly Standing[] {
  if (failure?.action !== 'close' || !(failure.error instanceof Problem)) return [];
  return failure.error.code === 'script_incomplete' ? (failure.error.body.steps as Standing[]) : [];
}

/** A failure in words, honest about what is not known. */
export function failureWords({ action, error }: Failure, { t, find }: Texts): string {
  const name = t(`action.${action}`);
  if (error === 'taken') return t('action.taken');
  if (error === 'not_allowed') return t('action.not_allowed', { action: name });
  if (!(error instanceof Problem))
    return t(action === 'call' ? 'problem.call_unrecorded' : 'problem.unreachable', { action: name });
  const holder = error.body.holder as { name?: string } | undefined;
  const since = error.body.since;
  if (error.code === 'already_accepted' && holder?.name !== undefined && typeof since === 'string') {
    return t('problem.already_accepted', { name: holder.name, time: clockTime(since) });
  }
  return find('problem', error.code) ?? t('problem.refused', { action: name, why: error.words });
}
