/** The tree of organisations: their names, and which of them this desk is for. */
import { createContext, useContext, useMemo } from 'react';
import type { AlertSummary, Organisation, OrganisationPage } from '../api/types';
import { useRead } from './useRead';

const EVERY_MS = 300_000;

export type Organisations = {
  nameOf: (id: string) => string;
  /** The district, which answers for what nobody else does; null until it is known. */
  rootId: string | null;
  /** The organisations whose alerts this desk shows; null: all of them, or the tree is not known (yet). */
  own: ReadonlySet<string> | null;
};

const UNKNOWN: Organisations = { nameOf: (id) => id, rootId: null, own: null };

export const OrganisationsContext = createContext<Organisations>(UNKNOWN);

export function useOrganisationNames(): Organisations {
  return useContext(OrganisationsContext);
}

/** `organisationId`: where who is logged in belongs to; null for the whole district. */
export function useOrganisations(organisationId: string | null): Organisations {
  const tree = useRead<OrganisationPage>('/organisations', '', EVERY_MS).value;
  return useMemo(
    () => (tree === null ? UNKNOWN : organisationsOf(tree.items, organisationId)),
    [tree, organisationId],
  );
}

/** `items`: each parent before its children. The district's own desk sees everything, as the backend has it. */
export function organisationsOf(
  items: readonly Organisation[],
  organisationId: string | null,
): Organisations {
  const names = new Map(items.map((row) => [row.id, row.name]));
  const rootId = items.find((row) => row.parent_id === null)?.id ?? null;
  const all = organisationId === null || organisationId === rootId || !names.has(organisationId);
  return { nameOf: (id) => names.get(id) ?? id, rootId, own: all ? null : below(items, organisationId) };
}

function below(items: readonly Organisation[], top: string): ReadonlySet<string> {
  const found = new Set([top]);
  for (const row of items) if (row.parent_id !== null && found.has(row.parent_id)) found.add(row.id);
  return found;
}

/** Whether this desk shows it: its own, and what was offered to it. Nothing is hidden while the tree is not known. */
export function isOurs(alert: AlertSummary, own: ReadonlySet<string> | null): boolean {
  if (own === null) return true;
  const id = alert.organisation?.id;
  return (id !== undefined && own.has(id)) || alert.offered_to.some((desk) => own.has(desk));
}
