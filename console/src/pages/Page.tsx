/** The page beside the desk, loaded when it is asked for. */
import { Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { PageName } from './route';

const WorkOrders = lazy(() => import('./WorkOrders'));
const OnDuty = lazy(() => import('./OnDuty'));
const Reviews = lazy(() => import('./Reviews'));
const Kpis = lazy(() => import('./Kpis'));

export function Page({ name }: { name: Exclude<PageName, 'desk'> }) {
  return (
    <main className="page" data-testid="page" data-page={name}>
      <Suspense fallback={<Loader />}>
        {name === 'work-orders' && <WorkOrders />}
        {name === 'on-duty' && <OnDuty />}
        {name === 'reviews' && <Reviews />}
        {name === 'kpis' && <Kpis />}
      </Suspense>
    </main>
  );
}
