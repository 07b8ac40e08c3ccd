/** What is known of the hand-over to 120. */
import { Button } from '@mantine/core';
import type { HandOver } from '../../api/types';
import { clockTime } from '../../clock/format';
import { useTexts } from '../../i18n/texts';

export function HandOverPart({ handOver, edit }: { handOver: HandOver; edit: () => void }) {
  const { t, find } = useTexts();
  const rows: readonly [string, string | null][] = [
    [t('hand_over.called'), clockTime(handOver.called_at)],
    [t('hand_over.reference'), handOver.reference],
    [t('hand_over.call_back'), handOver.call_back],
    [
      t('hand_over.vehicle'),
      handOver.vehicle === null ? null : (find('vehicle', handOver.vehicle) ?? handOver.vehicle),
    ],
    [t('hand_over.comes'), handOver.vehicle_at === null ? null : clockTime(handOver.vehicle_at)],
    [t('hand_over.met_by'), handOver.met_by],
    [t('hand_over.condition'), handOver.condition],
  ];
  return (
    <section className="part" data-testid="hand-over">
      <h4>{t('hand_over.title')}</h4>
      <dl className="facts">
        <dt>{t('hand_over.hospital')}</dt>
        <dd className={handOver.hospital === null ? 'overdue' : 'strong'}>
          {handOver.hospital ?? t('hand_over.unknown')}
        </dd>
        {rows.map(
          ([label, value]) =>
            value !== null && (
              <div key={label} className="fact">
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <Button size="compact-sm" variant="light" onClick={edit}>
        {t('hand_over.edit')} <kbd>H</kbd>
      </Button>
    </section>
  );
}
