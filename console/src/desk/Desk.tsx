/** The alarm desk: puts queue, card, banners, dialogs and keyboard together. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Action, ActionName } from '../api/actions';
import type { AlertDetail, Session } from '../api/types';
import { serverNow } from '../clock/time';
import { useTexts } from '../i18n/texts';
import type { Command } from '../keys/table';
import { isField, useKeys } from '../keys/useKeys';
import { ArrivalsBanner, HealthStrip, OfflineBanner, SoundBanner } from './Banners';
import { VERBS } from './card/ActionBar';
import { Card } from './card/Card';
import { NOTE_FIELD } from './card/NoteBox';
import { type DialogName, Dialogs } from './dialogs/Dialogs';
import { failureWords } from './failure';
import { Queue } from './Queue';
import { isOpen, isWaiting, neighbour, queueOf } from './queue';
import { type DeskState, TAKEN_GUARD_MS } from './state';
import { DeskStore } from './store';
import { TopBar } from './TopBar';
import { useDetail } from './useDetail';
import { useRinging, useTabTitle } from './useRinging';
import { useSteps } from './useSteps';
import { useVocabulary, WordsContext } from './useVocabulary';

/** In the middle of something: a dialog, text, or an open alert of one's own on the screen. */
function isBusy(desk: DeskState, staffId: string, dialogOpen: boolean): boolean {
  const selected = desk.selectedId === null ? undefined : desk.alerts[desk.selectedId];
  const handling = selected !== undefined && isOpen(selected) && selected.holder?.id === staffId;
  return dialogOpen || handling || isField(document.activeElement);
}

export function Desk({ staff, logOut }: { staff: Session['staff']; logOut: () => Promise<void> }) {
  const texts = useTexts();
  const words = useVocabulary();
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const dialogOpen = useRef(false);
  dialogOpen.current = dialog !== null;
  const [store] = useState(
    () => new DeskStore(staff.id, (desk) => isBusy(desk, staff.id, dialogOpen.current)),
  );
  useEffect(store.open, []);
  const { desk, link, components } = useSyncExternalStore(store.subscribe, store.snapshot);

  const queue = useMemo(() => queueOf(desk.alerts), [desk.alerts]);
  const waiting = queue.filter(isWaiting);
  const arrivals = queue.filter((alert) => desk.arrivals.includes(alert.id));
  const selected = desk.selectedId === null ? undefined : desk.alerts[desk.selectedId];
  const details = useDetail(selected?.id ?? null, selected?.version ?? 0);
  const sound = useRinging(queue, staff.id);
  useTabTitle(waiting.length);

  const { keep } = details;
  const answered = useCallback(
    (detail: AlertDetail) => {
      keep(detail);
      store.tell({ kind: 'answered', alert: detail });
    },
    [keep, store],
  );
  const steps = useSteps(answered, store.reload);
  const select = useCallback((id: string) => store.tell({ kind: 'selected', id }), [store]);

  const send = (action: Action): Promise<boolean> => {
    setDialog(null);
    return selected === undefined ? Promise.resolve(false) : steps.send(selected.id, action);
  };
  const act = (name: ActionName) => {
    if (selected === undefined) return;
    const taken = desk.takenAt !== null && serverNow() - desk.takenAt < TAKEN_GUARD_MS;
    const { detail } = details;
    const pending = steps.pending[selected.id];
    if (pending === name) return;
    // While details are older than the row, or a step is under way, only the backend knows what is allowed: ask it.
    const current = detail !== null && detail.version >= selected.version && pending === undefined;
    const refused = current && !detail.allowed.includes(VERBS[name]);
    if (taken || refused) return steps.withhold(selected.id, name, taken ? 'taken' : 'not_allowed');
    if (name === 'notes') document.getElementById(NOTE_FIELD)?.focus();
    else if (name === 'accept' || name === 'arrived') void send({ name });
    else setDialog(name);
  };
  const run = (command: Command) => {
    if (command === 'up' || command === 'down') {
      const id = neighbour(queue, desk.selectedId, command === 'up' ? -1 : 1);
      if (id !== null) select(id);
    } else if (command === 'newest') {
      const next = arrivals[0] ?? waiting[0];
      if (next !== undefined) select(next.id);
    } else if (command === 'help') setDialog('help');
    else if (command === 'escape') (document.activeElement as HTMLElement | null)?.blur();
    else act(command);
  };
  useKeys(run, dialog !== null);

  const failure = selected === undefined ? undefined : steps.failures[selected.id];
  return (
    <WordsContext value={words}>
      <div className="desk">
        <TopBar
          waiting={waiting.length}
          link={link}
          staff={staff}
          help={() => setDialog('help')}
          logOut={() => void logOut().catch(() => undefined) /* no connection: the red bar says so */}
        />
        <OfflineBanner link={link} />
        <SoundBanner sound={sound} />
        <HealthStrip components={components} />
        <ArrivalsBanner
          arrivals={arrivals}
          go={select}
          dismiss={() => store.tell({ kind: 'arrivals_dismissed' })}
        />
        <main className="desk-main">
          <Queue
            queue={queue}
            list={desk.list}
            offline={link.state === 'offline'}
            selectedId={desk.selectedId}
            staffId={staff.id}
            failed={(id) => steps.failures[id] !== undefined}
            select={select}
            reload={store.reload}
          />
          {selected === undefined ? (
            <NoCard />
          ) : (
            <Card
              alert={selected}
              details={details}
              mine={selected.holder?.id === staff.id}
              pending={steps.pending[selected.id] ?? null}
              problem={failure === undefined ? null : failureWords(failure, texts)}
              act={act}
              sendNote={(text) => steps.send(selected.id, { name: 'notes', body: { text } })}
            />
          )}
        </main>
        <Dialogs
          name={dialog}
          alert={selected ?? null}
          contacts={details.detail?.card.contacts ?? []}
          close={() => setDialog(null)}
          send={(action) => void send(action)}
        />
      </div>
    </WordsContext>
  );
}

function NoCard() {
  const { t } = useTexts();
  return (
    <article className="card card-none">
      <div className="blank">
        <p className="blank-title">{t('card.none')}</p>
        <p>{t('card.none_what')}</p>
      </div>
    </article>
  );
}
