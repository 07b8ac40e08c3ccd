/** Asks how it ended, by a digit; who has seen the person, and the hospital, where it cannot be closed without. */
import { Radio, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Action } from '../../api/actions';
import type { AlertSummary } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import type { Standing } from '../failure';
import { whoOf } from '../names';
import { useWords } from '../useVocabulary';
import { allAnswered, type Marks, StandingSteps } from './StandingSteps';
import { digitOf, StepDialog } from './StepDialog';
import type { CloseDraft } from './useDialog';

/** The backend asks for `seen_by` with this type only. */
const SOS = 'care.sos.pressed';
/** With this outcome the backend wants to know the hospital. */
export const AMBULANCE = 'ambulance';
/** The digit of the first ten outcomes; the tenth has the 0, as on the keyboard. */
const MOST_DIGITS = 10;

type Props = {
  alert: AlertSummary;
  /** Steps that kept it from being closed when it was tried. */
  standing: readonly Standing[];
  /** What was chosen before the hand-over to 120 was asked for. */
  draft: CloseDraft | undefined;
  /** 120 has no destination yet: the hand-over is asked for first. */
  hospitalUnknown: boolean;
  close: () => void;
  send: (action: Action) => void;
  handOver: (draft: CloseDraft) => void;
};

export function CloseDialog({ alert, standing, draft, hospitalUnknown, close, send, handOver }: Props) {
  const { t } = useTexts();
  const { outcomes } = useWords();
  const [outcome, setOutcome] = useState(draft?.outcome ?? '');
  const [note, setNote] = useState(draft?.note ?? '');
  const [seenBy, setSeenBy] = useState(draft?.seenBy ?? '');
  const chosen = outcomes.find((row) => row.code === outcome);
  const asksSeenBy = chosen?.needsSeenBy === true && alert.type === SOS;
  const [marks, setMarks] = useState<Marks>({});
  const asksHospital = outcome === AMBULANCE && hospitalUnknown && draft?.handedOver !== true;
  const ready = chosen !== undefined && (!asksSeenBy || seenBy.trim() !== '') && allAnswered(standing, marks);
  const submit = () => {
    if (asksHospital) return handOver({ outcome, note, seenBy, handedOver: false });
    const said = note.trim();
    const told = standing.map(({ step }) => marks[step]).filter((mark) => mark !== undefined);
    const body = {
      outcome,
      ...(said === '' ? {} : { note: said }),
      ...(told.length === 0 ? {} : { steps: told }),
    };
    send({ name: 'close', body: asksSeenBy ? { ...body, seen_by: seenBy.trim() } : body });
  };
  return (
    <StepDialog
      title={t('close.title')}
      who={whoOf(alert)}
      ready={asksHospital || ready}
      close={close}
      submit={submit}
      {...(asksHospital ? { send: t('close.hand_over') } : {})}
      keys={(press) => {
        const digit = digitOf(press);
        const at = digit === null ? -1 : digit === 0 ? MOST_DIGITS - 1 : digit - 1;
        const row = outcomes[at];
        if (row !== undefined) setOutcome(row.code);
      }}
    >
      <Radio.Group label={t('close.outcome')} value={outcome} onChange={setOutcome} required>
        <SimpleGrid cols={2} spacing="xs" mt="xs">
          {outcomes.map((row, index) => (
            <Radio
              key={row.code}
              value={row.code}
              label={
                index < MOST_DIGITS ? (
                  <>
                    <kbd>{(index + 1) % MOST_DIGITS}</kbd> {row.label}
                  </>
                ) : (
                  row.label
                )
              }
              size="md"
              {...(index === 0 ? { 'data-autofocus': true, autoFocus: true } : {})}
            />
          ))}
        </SimpleGrid>
      </Radio.Group>
      {asksHospital && (
        <p className="dialog-warning" role="alert">
          {t('close.hospital_first')}
        </p>
      )}
      {asksSeenBy && (
        <TextInput
          label={t('close.seen_by')}
          description={t('close.seen_by_why')}
          name="seen_by"
          required
          maxLength={128}
          value={seenBy}
          onChange={(change) => setSeenBy(change.currentTarget.value)}
        />
      )}
      {standing.length > 0 && (
        <StandingSteps
          standing={standing}
          marks={marks}
          change={(mark) => setMarks((known) => ({ ...known, [mark.step]: mark }))}
        />
      )}
      <TextInput
        label={t('close.note')}
        name="note"
        maxLength={2000}
        value={note}
        onChange={(change) => setNote(change.currentTarget.value)}
      />
    </StepDialog>
  );
}
