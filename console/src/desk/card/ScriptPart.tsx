/** The steps of the script: what is done, and ticking off the rest by keyboard: Enter for done, X for impossible. */
import { Button, TextInput } from '@mantine/core';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Tick } from '../../api/dispatch';
import type { Script, ScriptStep } from '../../api/types';
import { clockTime } from '../../clock/format';
import { useTexts } from '../../i18n/texts';

const MARKS: Readonly<Record<string, string>> = { done: '✓', fulfilled: '✓', impossible: '✗', open: '○' };

type Props = { script: Script; open: boolean; tick: (step: string, tick: Tick) => void };

/** The first step that is still to be done takes the keyboard. */
export function focusScript(): void {
  const open = document.querySelector<HTMLElement>('[data-script] [data-state="open"] button');
  (open ?? document.querySelector<HTMLElement>('[data-script] button'))?.focus();
}

export function ScriptPart({ script, open, tick }: Props) {
  const { t, locale } = useTexts();
  const list = useRef<HTMLOListElement>(null);
  const [impossible, setImpossible] = useState<string | null>(null);
  const steps = script.steps.filter((step) => step.needed !== 'no' || step.state !== 'open');
  if (steps.length === 0) return null;
  const left = script.missing.length;

  const move = (press: KeyboardEvent) => {
    if (press.key !== 'ArrowDown' && press.key !== 'ArrowUp') return;
    if ((press.target as HTMLElement).tagName === 'INPUT') return;
    press.preventDefault();
    press.stopPropagation(); // or the queue moves as well
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('[data-done]') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[at + (press.key === 'ArrowDown' ? 1 : -1)]?.focus();
  };
  return (
    <section className="part" data-testid="script" data-script>
      <h4>
        {t('script.title')} <kbd>S</kbd>{' '}
        {open && left > 0 && <span className="script-left">{t('script.left', { count: left })}</span>}
      </h4>
      <ol ref={list} className="script" onKeyDown={move}>
        {steps.map((step) => (
          <li key={step.id} data-step={step.id} data-state={step.state}>
            <span className={`script-mark script-${step.state}`} aria-hidden="true">
              {MARKS[step.state] ?? '○'}
            </span>
            <div className="script-what">
              <span
                className={step.mandatory && step.needed === 'yes' ? 'strong' : ''}
                title={step.hint[locale]}
              >
                {step.label[locale]}
              </span>
              <StepState step={step} />
            </div>
            {open && step.state === 'open' && (
              <span className="script-actions">
                <Button
                  size="compact-sm"
                  variant="light"
                  data-done
                  aria-label={`${step.label[locale]}: ${t('close.step_done')}`}
                  onClick={() => tick(step.id, { state: 'done' })}
                  onKeyDown={(press) => {
                    if (press.key.toLowerCase() !== 'x') return;
                    press.preventDefault();
                    press.stopPropagation();
                    setImpossible(step.id);
                  }}
                >
                  {t('close.step_done')}
                </Button>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  aria-label={`${step.label[locale]}: ${t('close.step_impossible')}`}
                  onClick={() => setImpossible(step.id)}
                >
                  {t('script.impossible')}
                </Button>
              </span>
            )}
            {open && step.state === 'open' && impossible === step.id && (
              <Why
                leave={() => setImpossible(null)}
                say={(reason) => {
                  setImpossible(null);
                  tick(step.id, { state: 'impossible', reason });
                }}
              />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepState({ step }: { step: ScriptStep }) {
  const { t, find } = useTexts();
  if (step.state === 'open') {
    return step.mandatory && step.needed === 'yes' ? (
      <span className="script-note script-needed">{t('script.mandatory')}</span>
    ) : null;
  }
  const by = [step.by?.name, step.at === null ? null : clockTime(step.at)].filter(Boolean).join(' ');
  const what =
    step.state === 'impossible'
      ? t('script.impossible_because', { reason: step.reason ?? '' })
      : step.state === 'fulfilled'
        ? t('script.fulfilled', { evidence: find('evidence', step.evidence ?? '') ?? '' })
        : t('close.step_done');
  return <span className="script-note">{[what, by].filter((part) => part !== '').join(' · ')}</span>;
}

function Why({ say, leave }: { say: (reason: string) => void; leave: () => void }) {
  const { t } = useTexts();
  const [reason, setReason] = useState('');
  const keys = (press: KeyboardEvent) => {
    if (press.key === 'Escape') leave();
    if (press.key === 'Enter' && reason.trim() !== '') say(reason.trim());
  };
  return (
    <TextInput
      className="script-why"
      name="impossible-why"
      aria-label={t('close.step_why')}
      placeholder={t('script.why')}
      autoFocus
      maxLength={500}
      value={reason}
      onChange={(change) => setReason(change.currentTarget.value)}
      onKeyDown={keys}
    />
  );
}
