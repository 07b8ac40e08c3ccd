/** Work orders that are not over: supervised first, then by deadline. */
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { WorkOrder, WorkOrderPage, WorkOrderSummary } from '../api/types';
import { dayTime } from '../clock/format';
import { useNow } from '../clock/time';
import { useRead } from '../desk/useRead';
import { useTexts } from '../i18n/texts';
import { type Column, Rows } from './Rows';

const EVERY_MS = 30_000;
type Which = 'open' | 'ended';

export default function WorkOrders() {
  const { t, locale } = useTexts();
  const now = useNow();
  const [which, setWhich] = useState<Which>('open');
  const read = useRead<WorkOrderPage>(`/work-orders?which=${which}&limit=200`, '', EVERY_MS);
  const summary = useRead<WorkOrderSummary>('/work-orders/summary', '', EVERY_MS).value;
  const columns: readonly Column<WorkOrder>[] = [
    { title: t('order.state'), cell: (row) => <State row={row} /> },
    { title: t('order.priority'), cell: (row) => row.priority.label[locale] },
    { title: t('order.kind'), cell: (row) => row.kind.label[locale] },
    {
      title: t('queue.who'),
      cell: (row) => (
        <>
          <strong>{row.resident?.name ?? row.home?.label ?? ''}</strong>{' '}
          <span className="dim">{row.home?.landmark ?? row.home?.address ?? ''}</span>
        </>
      ),
    },
    { title: t('order.text'), cell: (row) => row.text },
    { title: t('order.by'), cell: (row) => row.assignee?.name ?? row.provider?.name ?? t('order.nobody') },
    {
      title: t('order.deadline'),
      cell: (row) => (row.deadline_at === null ? '' : dayTime(row.deadline_at, now)),
    },
  ];
  const title = t('page.work-orders');
  return (
    <>
      <h2>{title}</h2>
      {summary !== null && (
        <p data-testid="order-summary">
          {t('order.summary', {
            open: summary.open,
            overdue: summary.overdue,
            supervised: summary.supervised,
            hold: summary.on_hold,
          })}
        </p>
      )}
      <SegmentedControl
        value={which}
        onChange={(value) => setWhich(value as Which)}
        data={[
          { value: 'open', label: t('order.open') },
          { value: 'ended', label: t('order.ended') },
        ]}
      />
      <Rows
        caption={title}
        columns={columns}
        rows={read.value?.items ?? null}
        keyOf={(row) => row.id}
        urgent={(row) => row.overdue || row.supervised_at !== null}
        read={read}
        empty={t('order.none')}
      />
    </>
  );
}

/** The state in words; what is late says so with a sign, not by colour alone. */
function State({ row }: { row: WorkOrder }) {
  const { t, locale } = useTexts();
  return (
    <>
      <strong>{row.state.label[locale]}</strong>
      {row.supervised_at !== null && <span className="flag"> ⚠ {t('order.supervised')}</span>}
      {row.overdue && <span className="flag"> ⚠ {t('order.overdue')}</span>}
      {row.held_until !== null && <span className="dim"> {t('order.held')}</span>}
    </>
  );
}
