/** The alarm desk: puts queue, card, banners, dialogs and keyboard together. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { AlertDetail, NoticePage, Session } from '../api/types';
import { useNow } from '../clock/time';
import { useTexts } from '../i18n/texts';
import { isField } from '../keys/useKeys';
import { Page } from '../pages/Page';
import { usePage } from '../pages/route';
import { ArrivalsBanner, HealthStrip, IncomingBanner, OfflineBanner, SoundBanner } from './Banners';
import { Card } from './card/Card';
import { Dialogs } from './dialogs/Dialogs';
import { useDialog } from './dialogs/useDialog';
import { failureWords, standingSteps } from './failure';
import { warnedIds } from './lease';
import { whoOf } from './names';
import { Queue } from './Queue';
import { isOpen, isWaiting, queueOf } from './queue';
import type { DeskState } from './state';
import { DeskStore } from './store';
import { TopBar } from './TopBar';
import { useAround } from './useAround';
import { useDetail } from './useDetail';
import { openCall, useDispatch } from './useDispatch';
import { useIncoming } from './useIncoming';
import { useOperator } from './useOperator';
import { isOurs, type Organisations, OrganisationsContext, useOrganisations } from './useOrganisations';
import { useRead } from './useRead';
import { useRinging, useTabTitle } from './useRinging';
import { useSteps } from './useSteps';
import { useVocabulary, WordsContext } from './useVocabulary';

const TO_CALL_EVERY_MS = 10_000;

/** In the middle of something: a dialog, text, or an open alert of one's own on the screen. */
function isBusy(desk: DeskState, staffId: string, dialogOpen: boolean): boolean {
  const selected = desk.selectedId === null ? undefined : desk.alerts[desk.selectedId];
  const handling = selected !== undefined && isOpen(selected) && selected.holder?.id === staffId;
  return dialogOpen || handling || isField(document.activeElement);
}

type Props = { staff: Session['staff']; logOut: () => Promise<void> };

export function Desk({ staff, logOut }: Props) {
  const words = useVocabulary();
  const organisations = useOrganisations(staff.organisation_id);
  return (
    <WordsContext value={words}>
      <OrganisationsContext value={organisations}>
        <DeskScreen staff={staff} logOut={logOut} organisations={organisations} />
      </OrganisationsContext>
    </WordsContext>
  );
}

function DeskScreen({ staff, logOut, organisations }: Props & { organisations: Organisations }) {
  const texts = useTexts();
  const dialogs = useDialog();
  const { own } = organisations;
  const ownNow = useRef(own);
  useEffect(() => {
    ownNow.current = own;
  }, [own]);
  const [store] = useState(
    () =>
      new DeskStore(
        staff.id,
        (desk) => isBusy(desk, staff.id, dialogs.isOpen()),
        (alert) => isOurs(alert, ownNow.current),
        staff.organisation_id,
      ),
  );
  useEffect(store.open, []);
  const { desk, link, components, calls } = useSyncExternalStore(store.subscribe, store.snapshot);

  const queue = useMemo(() => queueOf(desk.alerts), [desk.alerts]);
  const waiting = queue.filter(isWaiting);
  const arrivals = queue.filter((alert) => desk.arrivals.includes(alert.id));
  const selected = desk.selectedId === null ? undefined : desk.alerts[desk.selectedId];
  const mark = `${selected?.version ?? 0}/${selected?.stream_id ?? 0}`;
  const details = useDetail(selected?.id ?? null, mark);
  const dispatch = useDispatch(selected?.id ?? null, mark);
  const toCall = useRead<NoticePage>('/notices?state=to_call', '', TO_CALL_EVERY_MS);
  const notices = toCall.value?.items ?? [];
  const toCallIsOpen = dialogs.dialog?.name === 'to-call';
  const { again: readToCall } = toCall;
  useEffect(() => {
    if (toCallIsOpen) readToCall();
  }, [toCallIsOpen, readToCall]);
  const sound = useRinging(queue, staff.id, warnedIds(queue, staff.id, useNow()));
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
  const [page, goTo] = usePage();
  const select = useCallback(
    (id: string) => {
      goTo('desk');
      store.tell({ kind: 'selected', id });
    },
    [store, goTo],
  );
  const calling =
    selected !== undefined && isWaiting(selected) ? `${selected.id}/${selected.ring_seq}` : null;
  useEffect(() => {
    // What takes the selection brings the desk back; for whoever is busy it is a banner above the page.
    if (calling !== null) goTo('desk');
  }, [calling, goTo]);
  const [triedOf, setTriedOf] = useState<string | null>(null);
  const tried = selected !== undefined && triedOf === selected.id;

  const needs = { selectedId: selected?.id ?? null, steps, details, dispatch, dialogs, again: toCall.again };
  const { around, sending } = useAround(needs);
  const busy = () => isBusy(store.snapshot().desk, staff.id, dialogs.isOpen());
  const incoming = useIncoming({ calls, own, alerts: desk.alerts, isBusy: busy, select, dialogs });
  const { act, more } = useOperator({
    queue,
    newest: arrivals[0] ?? waiting[0],
    selected,
    takenAt: desk.takenAt,
    hidden: page !== 'desk',
    details,
    steps,
    dialogs,
    call: openCall(dispatch.calls, staff.id),
    endCall: around.endCall,
    select,
    toggleTried: () => setTriedOf(tried ? null : (selected?.id ?? null)),
    lookAtCall: () => incoming.call !== undefined && incoming.look(incoming.call),
  });

  const asked = dialogs.dialog?.alertId ?? null;
  const askedIsGone = asked !== null && desk.alerts[asked] === undefined;
  const { close: closeDialog } = dialogs;
  useEffect(() => {
    if (askedIsGone) closeDialog(); // or nothing would show and no key would work
  }, [askedIsGone, closeDialog]);

  const failure = selected === undefined ? undefined : steps.failures[selected.id];
  return (
    <div className="desk">
      <TopBar
        waiting={waiting.length}
        link={link}
        staff={staff}
        page={page}
        toCall={notices.length}
        openToCall={() => dialogs.open({ name: 'to-call', alertId: null })}
        help={() => dialogs.open({ name: 'help', alertId: null })}
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
      <IncomingBanner {...incoming} />
      {page === 'desk' ? (
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
              dispatch={dispatch}
              staffId={staff.id}
              pending={steps.pending[selected.id] ?? null}
              problem={failure === undefined ? null : failureWords(failure, texts)}
              tried={tried}
              act={act}
              more={more}
              around={around}
              sendNote={(text) => steps.send(selected.id, { name: 'notes', body: { text } })}
            />
          )}
        </main>
      ) : (
        <Page name={page} />
      )}
      <Dialogs
        dialog={dialogs.dialog}
        alert={asked === null ? null : (desk.alerts[asked] ?? null)}
        contacts={asked === details.detail?.id ? details.detail.card.contacts : []}
        dispatch={asked === selected?.id ? dispatch : null}
        standing={asked === null ? [] : standingSteps(steps.failures[asked])}
        notices={notices}
        whoOfAlert={(id) => (desk.alerts[id] === undefined ? null : whoOf(desk.alerts[id]))}
        open={dialogs.open}
        close={closeDialog}
        select={select}
        sending={sending}
      />
    </div>
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
