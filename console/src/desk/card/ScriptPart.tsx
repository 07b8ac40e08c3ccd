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
  const { t } = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const steps = script.steps.filter((step) => step.needed !== 'no' || step.state !== 'open');
  // Those that only some ways of closing ask for stand back until they are wanted.
  const later = steps.filter((step) => step.needed === 'depends' && step.state === 'open');
  const now = steps.filter((step) => !later.includes(step));
  const left = script.missing.length;
  if (steps.length === 0) return null;

  const move = (press: KeyboardEvent) => {
    if (press.key !== 'ArrowDown' && press.key !== 'ArrowUp') return;
    if ((press.target as HTMLElement).tagName === 'INPUT') return;
    press.preventDefault();
    press.stopPropagation(); // or the queue moves as well
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('summary, [data-done]') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[at + (press.key === 'ArrowDown' ? 1 : -1)]?.focus();
  };
  const lines = (shown: readonly ScriptStep[]) => (
    <ol className="script">
      {shown.map((step) => (
        <StepLine key={step.id} step={step} open={open && step.state === 'open'} tick={tick} />
      ))}
    </ol>
  );
  return (
    <section className="part" data-testid="script" data-script>
      <h4>
        {t('script.title')} <kbd>S</kbd>{' '}
        {open && left > 0 && <span className="script-left">{t('script.left', { count: left })}</span>}
      </h4>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the buttons in it */}
      <div ref={list} onKeyDown={move}>
        {lines(now)}
        {later.length > 0 && (
          <details className="script-later">
            <summary>{t('script.later', { count: later.length })}</summary>
            {lines(later)}
          </details>
        )}
      </div>
    </section>
  );
}

type LineProps = { step: ScriptStep; open: boolean; tick: Props['tick'] };

function StepLine({ step, open, tick }: LineProps) {
  const { t, locale } = useTexts();
  const [asks, setAsks] = useState(false);
  const label = step.label[locale];
  return (
    <li data-step={step.id} data-state={step.state}>
      <span className={`script-mark script-${step.state}`} aria-hidden="true">
        {MARKS[step.state] ?? '○'}
      </span>
      <div className="script-what">
        <span className={isNeeded(step) ? 'strong' : ''} title={step.hint[locale]}>
          {label}
        </span>
        <StepState step={step} />
      </div>
      {open && (
        <span className="script-actions">
          <Button
            size="compact-sm"
            variant="light"
            data-done
            aria-label={`${label}: ${t('close.step_done')}`}
            onClick={() => tick(step.id, { state: 'done' })}
            onKeyDown={(press) => {
              if (press.key.toLowerCase() !== 'x') return;
              press.preventDefault();
              press.stopPropagation();
              setAsks(true);
            }}
          >
            ✓
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={`${label}: ${t('close.step_impossible')}`}
            onClick={() => setAsks(true)}
          >
            {t('script.impossible')}
          </Button>
        </span>
      )}
      {open && asks && (
        <Why
          leave={() => setAsks(false)}
          say={(reason) => {
            setAsks(false);
            tick(step.id, { state: 'impossible', reason });
          }}
        />
      )}
    </li>
  );
}

/** It keeps the alert open, however it is closed. */
function isNeeded(step: ScriptStep): boolean {
  return step.mandatory && step.needed === 'yes';
}

function StepState({ step }: { step: ScriptStep }) {
  const { t, find } = useTexts();
  if (step.state === 'open') {
    return isNeeded(step) ? <span className="script-note script-needed">{t('script.mandatory')}</span> : null;
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
