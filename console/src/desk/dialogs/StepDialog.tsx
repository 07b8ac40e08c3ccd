/** The frame of every dialog that asks for something before a step: Enter sends, Esc leaves, nothing else moves. */
import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, KeyboardEvent, ReactNode } from 'react';
import { useTexts } from '../../i18n/texts';

type Props = {
  title: string;
  who: string;
  ready: boolean;
  close: () => void;
  submit: () => void;
  /** What stands on the button; by default that Enter sends. */
  send?: string;
  /** Hears every key of the dialog. */
  keys?: (press: KeyboardEvent<HTMLFormElement>) => void;
  children: ReactNode;
};

/** The digit of a key press outside of text, or null: digits choose, but in a field they are text. */
export function digitOf(press: KeyboardEvent): number | null {
  const field = press.target as HTMLInputElement;
  const typing = field.tagName === 'TEXTAREA' || (field.tagName === 'INPUT' && field.type !== 'radio');
  return !typing && /^\d$/.test(press.key) && !press.ctrlKey && !press.altKey ? Number(press.key) : null;
}

export function StepDialog({ title, who, ready, close, submit, send, keys, children }: Props) {
  const { t } = useTexts();
  const sendForm = (form: FormEvent) => {
    form.preventDefault();
    if (ready) submit();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={`${title} · ${who}`}
      size="lg"
      transitionProps={{ duration: 0 }}
      withCloseButton={false}
    >
      <form onSubmit={sendForm} onKeyDown={keys} data-testid="step-dialog">
        <Stack gap="md">
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('dialog.cancel')}
            </Button>
            <Button type="submit" disabled={!ready}>
              {send ?? t('dialog.send')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
