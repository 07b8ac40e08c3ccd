/** Which page is shown, kept in the address; the desk stays under every one of them, with its stream and its sound. */
import { useCallback, useEffect, useState } from 'react';

export const PAGES = ['desk', 'work-orders', 'on-duty', 'reviews', 'kpis'] as const;
export type PageName = (typeof PAGES)[number];

function named(hash: string): PageName {
  return PAGES.find((page) => hash === `#/${page}`) ?? 'desk';
}

export function usePage(): [PageName, (page: PageName) => void] {
  const [page, setPage] = useState<PageName>(() => named(location.hash));
  useEffect(() => {
    const hear = () => setPage(named(location.hash));
    window.addEventListener('hashchange', hear);
    return () => window.removeEventListener('hashchange', hear);
  }, []);
  const go = useCallback((next: PageName) => {
    if (named(location.hash) !== next) location.hash = next === 'desk' ? '' : `#/${next}`;
  }, []);
  return [page, go];
}
