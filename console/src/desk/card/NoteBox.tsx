/** Where a note is written: its draft outlives a reload, and sending clears it. */
import { Button, Textarea } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTexts } from '../../i18n/texts';
import { useDraft } from '../drafts';

export const NOTE_FIELD = 'note-field';

type Props = { alertId: string; send: (text: string) => Promise<boolean> };

export function NoteBox({ alertId, send }: Props) {
  const { t } = useTexts();
  const [draft, setDraft] = useDraft(alertId);
  const [busy, setBusy] = useState(false);
  const empty = draft.trim() === '';

  const submit = async () => {
    if (empty || busy) return;
    setBusy(true);
    if (await send(draft.trim())) setDraft('');
    setBusy(false);
  };
  const keys = (press: KeyboardEvent) => {
    if (press.key === 'Enter' && (press.ctrlKey || press.metaKey)) void submit();
  };
  return (
    <div className="note">
      <Textarea
        id={NOTE_FIELD}
        aria-label={t('note.title')}
        placeholder={t('note.placeholder')}
        description={empty ? undefined : t('note.draft')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        autosize
        minRows={1}
        maxRows={4}
        maxLength={2000}
        readOnly={busy}
        value={draft}
        onChange={(change) => setDraft(change.currentTarget.value)}
        onKeyDown={keys}
      />
      <Button variant="default" disabled={empty} loading={busy} onClick={() => void submit()}>
        {t('note.send')}
      </Button>
    </div>
  );
}
