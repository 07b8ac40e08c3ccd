/** Who calls, for a call without an open alert: the home, who has the number, and the number to call back. */
import { Button, Group, Modal, Stack } from '@mantine/core';
import type { IncomingCall } from '../../api/types';
import { clockTime } from '../../clock/format';
import { useTexts } from '../../i18n/texts';
import { Phone } from '../card/Phone';
import { useRead } from '../useRead';

export function IncomingDialog({ callId, close }: { callId: number; close: () => void }) {
  const { t, find } = useTexts();
  const call = useRead<IncomingCall>(`/telephony/incoming/${callId}`, '', 60_000).value;
  return (
    <Modal
      opened
      onClose={close}
      title={t('incoming.title')}
      size="lg"
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <Stack gap="sm" data-testid="incoming-dialog">
        {call === null ? (
          <p role="status">{t('card.loading')}</p>
        ) : (
          <>
            <h3 className="who">{call.home_label ?? find('caller', call.caller_kind)}</h3>
            <p>
              {t('incoming.at', { time: clockTime(call.at) })}{' '}
              {call.tel === null ? t('incoming.withheld') : <Phone number={call.caller} />}
            </p>
            <ul>
              {call.matches.map((match) => (
                <li key={`${match.kind}-${match.id}`}>
                  <strong>{match.name}</strong> <span className="dim">{find('caller', match.kind)}</span>
                </li>
              ))}
            </ul>
            <p className="dim">{t('incoming.no_alert')}</p>
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('dialog.cancel')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
