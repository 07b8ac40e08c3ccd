/** The call that is under way, and what came of it: one key, and the lease is renewed. */
import { Button } from '@mantine/core';
import type { Call, CallPage, CallResult } from '../../api/types';
import { stopwatchText } from '../../clock/format';
import { useNow } from '../../clock/time';
import { type Texts, useTexts } from '../../i18n/texts';

/** In the order of their keys, 1 to 6. */
export const RESULTS: readonly CallResult[] = [
  'spoken',
  'no_answer',
  'busy',
  'voicemail',
  'wrong_number',
  'failed',
];

type Props = { call: Call; calls: CallPage; busy: boolean; end: (result: CallResult) => void };

export function CallBar({ call, calls, busy, end }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const now = useNow();
  return (
    <section className="call-bar" data-testid="call-bar" aria-label={t('call.under_way')}>
      <div className="call-bar-who">
        <span aria-hidden="true">☎</span>{' '}
        <strong>{t('call.calling', { name: calledName(call, calls, texts) })}</strong>{' '}
        <span>{stopwatchText(now - Date.parse(call.began_at))}</span>
        <span className="call-bar-hint">
          {t(call.to === 'terminal' ? 'call.terminal_dials' : 'call.ask')}
        </span>
      </div>
      <div className="call-bar-results">
        {RESULTS.map((result, at) => (
          <Button
            key={result}
            size="compact-sm"
            variant={result === 'spoken' ? 'filled' : 'default'}
            disabled={busy}
            data-result={result}
            onClick={() => end(result)}
          >
            <kbd>{at + 1}</kbd>&nbsp;{t(`call.result.${result}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}

/** Who is called, by name; a service by its number, the terminal by what it is. */
export function calledName(call: Call, calls: CallPage | null, { find }: Texts): string {
  const target = find('call.to', call.to) ?? call.number;
  const party = calls?.parties.find((one) => one.to === call.to && one.id === call.to_id);
  if (call.to === 'terminal') return target;
  if (call.to === 'emergency_service') return call.number;
  return [party?.name ?? target, call.number].join(' ');
}
