/** The queue: a real table with every open alert in it, those that wait first. */
import { Button, Loader } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { AlertSummary } from '../api/types';
import { useTexts } from '../i18n/texts';
import { QueueRow } from './QueueRow';
import { isWaiting } from './queue';
import type { DeskState } from './state';

type Props = {
  queue: readonly AlertSummary[];
  list: DeskState['list'];
  offline: boolean;
  selectedId: string | null;
  staffId: string;
  failed: (alertId: string) => boolean;
  select: (id: string) => void;
  reload: () => void;
};

export function Queue({ queue, list, offline, selectedId, staffId, failed, select, reload }: Props) {
  const { t } = useTexts();
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    if (selectedId === null) return;
    table.current
      ?.querySelector(`[data-alert-id="${CSS.escape(selectedId)}"]`)
      ?.scrollIntoView({ block: 'nearest' });
  }, [selectedId]);

  const groups = [
    { name: 'waiting', title: t('queue.waiting'), rows: queue.filter(isWaiting) },
    { name: 'in-hand', title: t('queue.in_hand'), rows: queue.filter((alert) => !isWaiting(alert)) },
  ];
  return (
    <section className="queue" aria-label={t('queue.title')}>
      <table ref={table} data-testid="queue">
        <thead>
          <tr>
            <th scope="col" className="col-severity">
              {t('queue.severity')}
            </th>
            <th scope="col" className="col-what">
              {t('queue.what')}
            </th>
            <th scope="col">{t('queue.who')}</th>
            <th scope="col" className="col-wait">
              {t('queue.wait')}
            </th>
            <th scope="col" className="col-handling">
              {t('queue.handling')}
            </th>
          </tr>
        </thead>
        {groups.map(
          (group) =>
            group.rows.length > 0 && (
              <tbody key={group.name}>
                <tr className={`group group-${group.name}`}>
                  <th colSpan={5} scope="rowgroup">
                    {group.title} <span className="group-count">{group.rows.length}</span>
                  </th>
                </tr>
                {group.rows.map((alert) => (
                  <QueueRow
                    key={alert.id}
                    alert={alert}
                    selected={alert.id === selectedId}
                    mine={alert.holder?.id === staffId}
                    failed={failed(alert.id)}
                    select={select}
                  />
                ))}
              </tbody>
            ),
        )}
      </table>
      {queue.length === 0 && <EmptyQueue list={list} offline={offline} reload={reload} />}
    </section>
  );
}

function EmptyQueue({ list, offline, reload }: Pick<Props, 'list' | 'offline' | 'reload'>) {
  const { t } = useTexts();
  if (list === 'loading') {
    return (
      <div className="blank" role="status">
        <Loader />
        <p>{t('queue.loading')}</p>
      </div>
    );
  }
  if (list === 'failed') {
    return (
      <div className="blank" role="alert">
        <p className="blank-title">{t('queue.failed')}</p>
        <Button onClick={reload}>{t('queue.retry')}</Button>
      </div>
    );
  }
  if (offline) {
    return (
      <div className="blank" role="status" data-testid="not-known">
        <p className="blank-title">{t('queue.unknown')}</p>
        <p>{t('queue.unknown_what')}</p>
      </div>
    );
  }
  return (
    <div className="blank" role="status" data-testid="empty">
      <svg width="72" height="72" viewBox="0 0 24 24" aria-hidden="true" className="blank-ok">
        <path d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.4 14.6-4.2-4.2 1.5-1.5 2.7 2.8 5.6-5.7 1.5 1.5z" />
      </svg>
      <p className="blank-title">{t('queue.empty')}</p>
      <p>{t('queue.empty_what')}</p>
    </div>
  );
}
