/** The frame of every dialog that asks for something before a step: Enter sends, Esc leaves, nothing else moves. */
import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTexts } from '../../i18n/texts';

type Props = {
  title: string;
  who: string;
  ready: boolean;
  close: () => void;
  submit: () => void;
  children: ReactNode;
};

export function StepDialog({ title, who, ready, close, submit, children }: Props) {
  const { t } = useTexts();
  const send = (form: FormEvent) => {
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
      <form onSubmit={send} data-testid="step-dialog">
        <Stack gap="md">
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('dialog.cancel')}
            </Button>
            <Button type="submit" disabled={!ready}>
              {t('dialog.send')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
