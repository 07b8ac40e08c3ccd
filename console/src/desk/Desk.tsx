/** The alarm desk: puts queue, card, banners, dialogs and keyboard together. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Action } from '../api/actions';
import type { AlertDetail, Session } from '../api/types';
import { useTexts } from '../i18n/texts';
import { isField } from '../keys/useKeys';
import { ArrivalsBanner, HealthStrip, OfflineBanner, SoundBanner } from './Banners';
import { Card } from './card/Card';
import { Dialogs } from './dialogs/Dialogs';
import { useDialog } from './dialogs/useDialog';
import { failureWords, standingSteps } from './failure';
import { Queue } from './Queue';
import { isOpen, isWaiting, queueOf } from './queue';
import type { DeskState } from './state';
import { DeskStore } from './store';
import { TopBar } from './TopBar';
import { useDetail } from './useDetail';
import { useOperator } from './useOperator';
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
  const dialogs = useDialog();
  const [store] = useState(() => new DeskStore(staff.id, (desk) => isBusy(desk, staff.id, dialogs.isOpen())));
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

  const newest = arrivals[0] ?? waiting[0];
  const takenAt = desk.takenAt;
  const act = useOperator({ queue, newest, selected, takenAt, details, steps, dialogs, select });

  const asked = dialogs.dialog?.alertId ?? null;
  const sendAsked = async (action: Action) => {
    if (asked === null) return;
    if (action.name !== 'close') dialogs.close();
    // What is still to be done is asked for in the same dialog; any other failure is shown on the card.
    const done = await steps.send(asked, action);
    if (done || standingSteps(steps.failureOf(asked)).length === 0) dialogs.close();
  };
  const askedIsGone = asked !== null && desk.alerts[asked] === undefined;
  const { close: closeDialog } = dialogs;
  useEffect(() => {
    if (askedIsGone) closeDialog(); // or nothing would show and no key would work
  }, [askedIsGone, closeDialog]);

  const failure = selected === undefined ? undefined : steps.failures[selected.id];
  return (
    <WordsContext value={words}>
      <div className="desk">
        <TopBar
          waiting={waiting.length}
          link={link}
          staff={staff}
          help={() => dialogs.open('help', null)}
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
          name={dialogs.dialog?.name ?? null}
          alert={asked === null ? null : (desk.alerts[asked] ?? null)}
          contacts={asked === details.detail?.id ? details.detail.card.contacts : []}
          close={closeDialog}
          standing={asked === null ? [] : standingSteps(steps.failures[asked])}
          send={(action) => void sendAsked(action)}
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
