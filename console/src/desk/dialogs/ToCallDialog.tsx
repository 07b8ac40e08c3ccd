/** Calls that an operator makes for notices: grave news and contact points of voice. Voicemail is nobody reached. */
import { Button, Group, Modal } from '@mantine/core';
import { type CalledOutcome, sayCalled } from '../../api/dispatch';
import type { CallBody, Notice } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { rank } from '../queue';
import { SeverityShape, SeverityWord } from '../Severity';

const OUTCOMES: readonly CalledOutcome[] = ['reached', 'no_answer', 'voicemail', 'wrong_number'];

type Props = {
  notices: readonly Notice[];
  who: (alertId: string) => string | null;
  close: () => void;
  go: (alertId: string) => void;
  /** Dials a contact of the home; staff and volunteers are dialled by hand. */
  call: (alertId: string, body: CallBody, tel: string | null) => void;
  said: (notice: Notice, task: () => Promise<unknown>) => void;
};

export function ToCallDialog({ notices, who, close, go, call, said }: Props) {
  const { t, locale } = useTexts();
  return (
    <Modal
      opened
      onClose={close}
      title={t('to_call.title')}
      size="xl"
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <p className="dim">{t('to_call.what')}</p>
      {notices.length === 0 && <p data-testid="nothing-to-call">{t('to_call.none')}</p>}
      <ul className="to-call" data-testid="to-call">
        {notices.map((notice) => (
          <li key={notice.id} data-notice={notice.id} className={`level-${rank(notice.severity)}`}>
            <div className="to-call-line">
              <SeverityShape severity={notice.severity} size={22} />
              <SeverityWord severity={notice.severity} />
              <strong>{notice.recipient.name}</strong>
              <span>{pointOf(notice)?.address ?? ''}</span>
              <span className="dim">
                {notice.kind_label[locale]}
                {notice.voice_only && ` · ${t('to_call.voice_only')}`}
              </span>
              {notice.alert_id !== null && who(notice.alert_id) !== null && (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  onClick={() => notice.alert_id !== null && go(notice.alert_id)}
                >
                  {who(notice.alert_id)}
                </Button>
              )}
            </div>
            <Group gap={6}>
              {notice.alert_id !== null && notice.recipient.kind === 'contact' && (
                <Button
                  size="compact-md"
                  variant="light"
                  onClick={() =>
                    notice.alert_id !== null &&
                    call(notice.alert_id, { to: 'contact', id: notice.recipient.id }, null)
                  }
                >
                  ☎ {t('to_call.dial')}
                </Button>
              )}
              {OUTCOMES.map((outcome) => (
                <Button
                  key={outcome}
                  size="compact-md"
                  variant={outcome === 'reached' ? 'filled' : 'default'}
                  data-outcome={outcome}
                  onClick={() => {
                    const point = pointOf(notice);
                    if (point !== undefined)
                      said(notice, () => sayCalled(notice.id, point.contact_point_id, outcome));
                  }}
                >
                  {t(`called.${outcome}`)}
                </Button>
              ))}
            </Group>
          </li>
        ))}
      </ul>
    </Modal>
  );
}

/** The contact point that is to be called: the latest attempt by voice. */
function pointOf(notice: Notice): Notice['attempts'][number] | undefined {
  const byVoice = notice.attempts.filter((attempt) => attempt.channel === 'voice');
  return byVoice[byVoice.length - 1] ?? notice.attempts[notice.attempts.length - 1];
}
