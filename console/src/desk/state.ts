/** What the desk shows and why the selection moves: a plain function of state and happening. */
import type { AlertSummary } from '../api/types';
import { type Alerts, isNews, isOpen, isWaiting, later, merge, queueOf } from './queue';

export type DeskState = {
  alerts: Alerts;
  /** `loading` until the first list; `failed` when it could not be had. */
  list: 'loading' | 'loaded' | 'failed';
  selectedId: string | null;
  /** Alerts that came while the operator was in the middle of something. */
  arrivals: readonly string[];
  /** When a new alert last took the selection away from another one that waited. Milliseconds, server time. */
  takenAt: number | null;
};

export type Happening =
  | { kind: 'listed'; items: readonly AlertSummary[]; streamId: number; busy: boolean; now: number }
  | { kind: 'list_failed' }
  | { kind: 'changed'; alert: AlertSummary; busy: boolean; now: number }
  | { kind: 'answered'; alert: AlertSummary }
  | { kind: 'selected'; id: string }
  | { kind: 'arrivals_dismissed' };

/** Keys pressed this soon after the selection was taken were meant for the alert before. */
export const TAKEN_GUARD_MS = 700;

export const EMPTY: DeskState = {
  alerts: {},
  list: 'loading',
  selectedId: null,
  arrivals: [],
  takenAt: null,
};

export function reduce(state: DeskState, happening: Happening): DeskState {
  switch (happening.kind) {
    case 'listed':
      return listed(state, happening);
    case 'list_failed':
      return state.list === 'loaded' ? state : { ...state, list: 'failed' };
    case 'changed': {
      const alert = later(state.alerts[happening.alert.id], happening.alert);
      const news = isNews(state.alerts[alert.id], alert) ? [alert] : [];
      const alerts = { ...state.alerts, [alert.id]: alert };
      return announce(tidy({ ...state, alerts }), news, happening.busy, happening.now);
    }
    case 'answered': {
      const alert = later(state.alerts[happening.alert.id], happening.alert);
      return afterClosing(tidy({ ...state, alerts: { ...state.alerts, [alert.id]: alert } }), alert);
    }
    case 'selected':
      return tidy({ ...state, selectedId: happening.id, takenAt: null });
    case 'arrivals_dismissed':
      return { ...state, arrivals: [] };
  }
}

function listed(state: DeskState, list: Extract<Happening, { kind: 'listed' }>): DeskState {
  const selected = state.selectedId === null ? undefined : state.alerts[state.selectedId];
  const merged = merge(state.alerts, list.items, list.streamId);
  // What is on the screen stays there until the operator turns away, but it has left the queue: the list is the truth.
  const left = selected && !merged[selected.id] ? { [selected.id]: ended(selected) } : {};
  const alerts = { ...merged, ...left };
  const next: DeskState = { ...state, alerts, list: 'loaded' };
  if (state.list !== 'loaded')
    return tidy({ ...next, selectedId: state.selectedId ?? queueOf(alerts)[0]?.id ?? null });
  const news = queueOf(alerts).filter((alert) => isNews(state.alerts[alert.id], alert));
  return announce(tidy(next), news, list.busy, list.now);
}

/** An alert that the server's list of open ones no longer names; what became of it comes with its details. */
function ended(alert: AlertSummary): AlertSummary {
  return { ...alert, handling: 'closed', waiting: false, ring: false };
}

/** New alerts open by themselves, or wait in the banner while the operator is busy. */
function announce(state: DeskState, news: readonly AlertSummary[], busy: boolean, now: number): DeskState {
  const first = news[0];
  if (first === undefined || first.id === state.selectedId) return state;
  if (busy) {
    const ids = news.map((alert) => alert.id).filter((id) => id !== state.selectedId);
    return { ...state, arrivals: [...new Set([...state.arrivals, ...ids])] };
  }
  const selected = state.selectedId === null ? undefined : state.alerts[state.selectedId];
  const taken = selected !== undefined && isOpen(selected);
  return tidy({ ...state, selectedId: first.id, takenAt: taken ? now : null });
}

/** After closing, the operator's eyes belong to the first one who still waits. */
function afterClosing(state: DeskState, alert: AlertSummary): DeskState {
  if (isOpen(alert) || state.selectedId !== alert.id) return state;
  const next = queueOf(state.alerts).find(isWaiting);
  return next ? tidy({ ...state, selectedId: next.id, takenAt: null }) : state;
}

/** Forgets closed alerts that nobody looks at, and arrivals that somebody has or that are open in the card. */
function tidy(state: DeskState): DeskState {
  const kept = Object.values(state.alerts).filter((alert) => isOpen(alert) || alert.id === state.selectedId);
  const alerts = Object.fromEntries(kept.map((alert) => [alert.id, alert]));
  const arrivals = state.arrivals.filter((id) => {
    const alert = alerts[id];
    return (
      id !== state.selectedId && alert !== undefined && isOpen(alert) && (isWaiting(alert) || alert.ring)
    );
  });
  return { ...state, alerts, arrivals };
}
