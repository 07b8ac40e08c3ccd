/** A plain table of what the backend says, with words for nothing, for waiting and for failing. */
import { Button, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Read } from '../desk/useRead';
import { useTexts } from '../i18n/texts';

export type Column<Row> = { title: string; cell: (row: Row) => ReactNode; number?: boolean };

type Props<Row> = {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[] | null;
  keyOf: (row: Row) => string;
  /** Whether somebody has to look at it now. */
  urgent?: (row: Row) => boolean;
  read: Pick<Read<unknown>, 'failed' | 'again'>;
  empty: string;
};

export function Rows<Row>({ caption, columns, rows, keyOf, urgent, read, empty }: Props<Row>) {
  const { t } = useTexts();
  if (rows === null) {
    return read.failed ? (
      <p className="page-failed" role="alert">
        {t('page.failed')}{' '}
        <Button size="compact-sm" onClick={read.again}>
          {t('queue.retry')}
        </Button>
      </p>
    ) : (
      <p role="status">
        <Loader size="sm" /> {t('page.loading')}
      </p>
    );
  }
  return (
    <>
      {read.failed && (
        <p className="page-failed" role="alert">
          {t('page.stale')}
        </p>
      )}
      <table className="rows">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={column.number === true ? 'number' : ''}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className={urgent?.(row) === true ? 'urgent' : ''}>
              {columns.map((column) => (
                <td key={column.title} className={column.number === true ? 'number' : ''}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="page-empty">{empty}</p>}
    </>
  );
}
