/** Who is on duty now in an organisation, and the gaps of every roster before they happen, the worst first. */
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { OnDuty as Duty, Forecast, Organisation, OrganisationPage } from '../api/types';
import { dayTime } from '../clock/format';
import { useNow } from '../clock/time';
import { useRead } from '../desk/useRead';
import { useTexts } from '../i18n/texts';
import { type Column, Rows } from './Rows';

type OnDutyRow = Duty['items'][number];

export default function OnDuty() {
  const { t, locale } = useTexts();
  const tree = useRead<OrganisationPage>('/organisations', '', 300_000).value?.items ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const organisation = chosen ?? tree[0]?.id ?? null;
  const path = organisation === null ? null : `/on-duty?organisation=${encodeURIComponent(organisation)}`;
  const read = useRead<Duty>(path, '', 60_000);
  const columns: readonly Column<OnDutyRow>[] = [
    { title: t('duty_page.role'), cell: (row) => row.role.label[locale] },
    { title: t('duty_page.name'), cell: (row) => <strong>{row.name}</strong> },
    { title: t('duty_page.why'), cell: (row) => row.why.label[locale] },
    {
      title: t('duty_page.reachable'),
      cell: (row) =>
        row.reachable ? (
          `✓ ${t('duty_page.yes')}`
        ) : (
          <span className="flag">✗ {t('transfer.not_reachable')}</span>
        ),
    },
  ];
  const title = t('page.on-duty');
  return (
    <>
      <h2>{title}</h2>
      <NativeSelect
        label={t('duty_page.organisation')}
        w={420}
        value={organisation ?? ''}
        onChange={(change) => setChosen(change.currentTarget.value)}
        data={tree.map((row) => ({ value: row.id, label: indented(row) }))}
      />
      <Rows
        caption={title}
        columns={columns}
        rows={read.value?.items ?? null}
        keyOf={(row) => `${row.person_id}-${row.role.code}`}
        urgent={(row) => !row.reachable}
        read={read}
        empty={t('transfer.nobody')}
      />
      <Gaps />
    </>
  );
}

function indented(row: Organisation): string {
  return `${'　'.repeat(row.depth)}${row.name}`;
}

function Gaps() {
  const { t, locale } = useTexts();
  const now = useNow();
  const read = useRead<{ items: Forecast[] }>('/rosters/forecast', '', 300_000);
  const columns: readonly Column<Forecast>[] = [
    { title: t('duty_page.organisation'), cell: (row) => row.organisation },
    { title: t('duty_page.roster'), cell: (row) => `${row.name} · ${row.role.label[locale] ?? ''}` },
    { title: t('duty_page.score'), number: true, cell: (row) => row.score },
    { title: t('duty_page.gaps'), number: true, cell: (row) => row.gaps.length },
    {
      title: t('duty_page.first_gap'),
      cell: (row) => {
        const gap = row.gaps[0];
        if (gap === undefined) return `✓ ${t('duty_page.no_gap')}`;
        const span = `${dayTime(gap.start, now)} – ${dayTime(gap.end, now)}`;
        return (
          <span className="flag">
            ⚠ {span} · {gap.reason.label[locale]}
          </span>
        );
      },
    },
  ];
  return (
    <Rows
      caption={t('duty_page.forecast')}
      columns={columns}
      rows={read.value?.items ?? null}
      keyOf={(row) => row.roster_id}
      urgent={(row) => row.gaps.length > 0}
      read={read}
      empty={t('duty_page.no_roster')}
    />
  );
}
