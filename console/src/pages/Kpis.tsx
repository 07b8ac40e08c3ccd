/** Shares in time of the last 30 days, by centre, operator, month or kind; what never happened is not in time. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Figures, KpiAnswer } from '../api/types';
import { serverNow } from '../clock/time';
import { useOrganisationNames } from '../desk/useOrganisations';
import { useRead } from '../desk/useRead';
import { useWords } from '../desk/useVocabulary';
import { type Texts, useTexts } from '../i18n/texts';
import { type Column, Rows } from './Rows';

const DAYS = 30;
const DAY_MS = 86_400_000;
const BY = ['all', 'centre', 'operator', 'month', 'type'] as const;
type By = (typeof BY)[number];

export default function Kpis() {
  const texts = useTexts();
  const { t } = texts;
  const { eventType } = useWords();
  const { nameOf } = useOrganisationNames();
  const [by, setBy] = useState<By>('centre');
  const [end] = useState(() => new Date(serverNow()).toISOString());
  const begin = new Date(Date.parse(end) - DAYS * DAY_MS).toISOString();
  const query = new URLSearchParams({ by, from: begin, to: end });
  const read = useRead<KpiAnswer>(`/kpis?${query}`, '', 300_000);
  const anchors = Object.entries(read.value?.anchors ?? {});
  const nameOfGroup = (key: string) =>
    key === ''
      ? t('kpi.nobody')
      : by === 'all'
        ? t('kpi.all')
        : by === 'type'
          ? eventType(key)
          : by === 'centre'
            ? nameOf(key)
            : key;
  const columns: readonly Column<Figures>[] = [
    {
      title: t(`kpi.by.${by}`),
      cell: (row) => (
        <>
          <strong>{nameOfGroup(row.key)}</strong>
          {row.few && <span className="dim"> {t('kpi.few')}</span>}
        </>
      ),
    },
    { title: t('kpi.count'), number: true, cell: (row) => row.count },
    ...anchors.map(([seconds, wanted]) => ({
      title: t('kpi.accepted_within', { seconds, wanted: percent(wanted) }),
      number: true,
      cell: (row: Figures) => <Share speed={row.accepted} seconds={seconds} />,
    })),
    ...anchors.map(([seconds, wanted]) => ({
      title: t('kpi.voice_within', { seconds, wanted: percent(wanted) }),
      number: true,
      cell: (row: Figures) => <Share speed={row.voice} seconds={seconds} />,
    })),
    { title: t('kpi.p50'), number: true, cell: (row) => seconds(row.accepted.p50, texts) },
    { title: t('kpi.p90'), number: true, cell: (row) => seconds(row.accepted.p90, texts) },
    {
      title: t('kpi.called_back'),
      number: true,
      cell: (row) => (row.called_back === null ? '–' : percent(row.called_back)),
    },
  ];
  const title = t('page.kpis');
  return (
    <>
      <h2>
        {title} <span className="dim">{t('kpi.span', { days: DAYS })}</span>
      </h2>
      <SegmentedControl
        value={by}
        onChange={(value) => setBy(value as By)}
        data={BY.map((one) => ({ value: one, label: t(`kpi.by.${one}`) }))}
      />
      <Rows
        caption={title}
        columns={columns}
        rows={read.value?.groups ?? null}
        keyOf={(row) => row.key}
        read={read}
        empty={t('kpi.none')}
      />
    </>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const seconds = (span: number | null, { t }: Texts): string =>
  span === null ? '–' : t('span.seconds', { value: Math.round(span) });

/** The share, and by a sign whether the anchor is met. */
function Share({ speed, seconds: within }: { speed: Figures['accepted']; seconds: string }) {
  const { t } = useTexts();
  const share = speed.within[within];
  if (share == null || speed.count === 0) return <>–</>;
  const met = speed.met[within];
  return (
    <span className={met === false ? 'flag' : ''} title={t(met === false ? 'kpi.missed' : 'kpi.met')}>
      {met === false ? '✗ ' : met === true ? '✓ ' : ''}
      {percent(share)}
    </span>
  );
}
