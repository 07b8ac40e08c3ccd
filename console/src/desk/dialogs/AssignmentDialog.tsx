/** Writes down what somebody who was asked to go says on the phone. */
import { NativeSelect, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { AnswerVocabulary, Assignment, AssignmentStep } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { useRead } from '../useRead';
import { minutesOf } from './EnRouteDialog';
import { digitOf, StepDialog } from './StepDialog';

type Said = AssignmentStep['step'];

/** What can be said next; the backend refuses what skips a step. */
const NEXT: Readonly<Record<string, readonly Said[]>> = {
  offered: ['accept', 'pass'],
  opened: ['accept', 'pass'],
  held: ['accept', 'pass'],
  accepted: ['en-route', 'arrived', 'pass'],
  en_route: ['arrived', 'en-route', 'pass'],
  arrived: ['done', 'all-right'],
};

/** Whether there is anything to write down of it. */
export function canSay(assignment: Assignment): boolean {
  return NEXT[assignment.state] !== undefined;
}

type Props = { assignment: Assignment; close: () => void; send: (step: AssignmentStep) => void };

export function AssignmentDialog({ assignment, close, send }: Props) {
  const { t, locale } = useTexts();
  const steps = NEXT[assignment.state] ?? [];
  const [step, setStep] = useState<Said | null>(steps[0] ?? null);
  const [minutes, setMinutes] = useState('');
  const [outcome, setOutcome] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const outcomes = useRead<AnswerVocabulary>('/answer-vocabulary', '', 600_000).value?.outcomes ?? [];
  const eta = minutesOf(minutes);
  const ready =
    step !== null && (step !== 'en-route' || eta !== null) && (step !== 'done' || outcome !== null);
  const submit = () => {
    if (step === null) return;
    const said = note.trim();
    send({
      step,
      ...(step === 'en-route' ? { minutes: eta } : {}),
      ...(step === 'done' ? { outcome } : {}),
      ...(said === '' ? {} : { note: said }),
    });
  };
  return (
    <StepDialog
      title={t('say.title')}
      who={assignment.name}
      ready={ready}
      close={close}
      submit={submit}
      keys={(press) => {
        const digit = digitOf(press);
        const chosen = digit === null ? undefined : steps[digit - 1];
        if (chosen !== undefined) setStep(chosen);
      }}
    >
      <Radio.Group
        label={t('say.what')}
        value={step ?? ''}
        onChange={(value) => setStep(value as Said)}
        required
      >
        <Stack gap={6} mt={4}>
          {steps.map((one, at) => (
            <Radio
              key={one}
              value={one}
              label={
                <>
                  <kbd>{at + 1}</kbd> {t(`say.${one}` as 'say.accept')}
                </>
              }
              {...(at === 0 ? { 'data-autofocus': true, autoFocus: true } : {})}
            />
          ))}
        </Stack>
      </Radio.Group>
      {step === 'en-route' && (
        <TextInput
          label={t('en_route.minutes')}
          name="minutes"
          inputMode="numeric"
          required
          maxLength={3}
          value={minutes}
          onChange={(change) => setMinutes(change.currentTarget.value)}
        />
      )}
      {step === 'done' && (
        <NativeSelect
          label={t('say.outcome')}
          name="outcome"
          required
          data={[
            { value: '', label: '…' },
            ...outcomes.map((row) => ({ value: row.code, label: row.label[locale] ?? row.code })),
          ]}
          value={outcome ?? ''}
          onChange={(change) =>
            setOutcome(change.currentTarget.value === '' ? null : change.currentTarget.value)
          }
        />
      )}
      <TextInput
        label={t('dispatch.note')}
        name="note"
        maxLength={2000}
        value={note}
        onChange={(change) => setNote(change.currentTarget.value)}
      />
    </StepDialog>
  );
}
