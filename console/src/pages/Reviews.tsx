/** Alerts that somebody has to look at again: late, otherwise than the policy says, or nobody was reached. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Review } from '../api/types';
import { dayTime, stopwatchText } from '../clock/format';
import { useNow } from '../clock/time';
import { useRead } from '../desk/useRead';
import { useWords } from '../desk/useVocabulary';
import { useTexts } from '../i18n/texts';
import { type Column, Rows } from './Rows';

type State = 'open' | 'closed';

export default function Reviews() {
  const { t, locale } = useTexts();
  const { eventType } = useWords();
  const now = useNow();
  const [state, setState] = useState<State>('open');
  const read = useRead<{ items: Review[] }>(`/reviews?state=${state}&limit=200`, '', 60_000);
  const columns: readonly Column<Review>[] = [
    { title: t('review_page.reason'), cell: (row) => <strong>{row.label[locale]}</strong> },
    { title: t('queue.what'), cell: (row) => eventType(row.type) },
    { title: t('review_page.received'), cell: (row) => dayTime(row.received_at, now) },
    {
      title: t('review_page.accepted'),
      number: true,
      cell: (row) =>
        row.accepted_at === null
          ? t('review.never_accepted')
          : stopwatchText(Date.parse(row.accepted_at) - Date.parse(row.received_at)),
    },
    { title: t('review_page.opened'), cell: (row) => dayTime(row.opened_at, now) },
    {
      title: t('review_page.finding'),
      cell: (row) => (row.closed_at === null ? '' : `${row.finding ?? ''} (${row.closed_by ?? ''})`),
    },
  ];
  const title = t('page.reviews');
  return (
    <>
      <h2>{title}</h2>
      <SegmentedControl
        value={state}
        onChange={(value) => setState(value as State)}
        data={[
          { value: 'open', label: t('review_page.open') },
          { value: 'closed', label: t('review_page.closed') },
        ]}
      />
      <Rows
        caption={title}
        columns={columns}
        rows={read.value?.items ?? null}
        keyOf={(row) => `${row.alert_id}-${row.reason}`}
        read={read}
        empty={t('review_page.none')}
      />
    </>
  );
}
