/** Asks how it ended; an SOS that nobody answered asks besides who has seen the person. */
import { Radio, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Action } from '../../api/actions';
import type { AlertSummary } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import type { Standing } from '../failure';
import { whoOf } from '../names';
import { useWords } from '../useVocabulary';
import { allAnswered, type Marks, StandingSteps } from './StandingSteps';
import { StepDialog } from './StepDialog';

/** The backend asks for `seen_by` with this type only. */
const SOS = 'care.sos.pressed';

type Props = {
  alert: AlertSummary;
  /** Steps that kept it from being closed when it was tried. */
  standing: readonly Standing[];
  close: () => void;
  send: (action: Action) => void;
};

export function CloseDialog({ alert, standing, close, send }: Props) {
  const { t } = useTexts();
  const { outcomes } = useWords();
  const [outcome, setOutcome] = useState('');
  const [note, setNote] = useState('');
  const [seenBy, setSeenBy] = useState('');
  const chosen = outcomes.find((row) => row.code === outcome);
  const asksSeenBy = chosen?.needsSeenBy === true && alert.type === SOS;
  const [marks, setMarks] = useState<Marks>({});
  const ready = chosen !== undefined && (!asksSeenBy || seenBy.trim() !== '') && allAnswered(standing, marks);
  const submit = () => {
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
    <StepDialog title={t('close.title')} who={whoOf(alert)} ready={ready} close={close} submit={submit}>
      <Radio.Group label={t('close.outcome')} value={outcome} onChange={setOutcome} required>
        <SimpleGrid cols={2} spacing="xs" mt="xs">
          {outcomes.map((row, index) => (
            <Radio
              key={row.code}
              value={row.code}
              label={row.label}
              size="md"
              {...(index === 0 ? { 'data-autofocus': true, autoFocus: true } : {})}
            />
          ))}
        </SimpleGrid>
      </Radio.Group>
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
