/** Asks who is to take the alert over; shows who is on duty. It rings until somebody does; until then it stays. */
import { useState } from 'react';
import type { Action } from '../../api/actions';
import type { AlertSummary, OnDuty } from '../../api/types';
import { useTexts } from '../../i18n/texts';
import { whoOf } from '../names';
import { useOrganisationNames } from '../useOrganisations';
import { useRead } from '../useRead';
import { type Option, PickOrType } from './PickOrType';
import { StepDialog } from './StepDialog';

type Props = { alert: AlertSummary; close: () => void; send: (action: Action) => void };

export function TransferDialog({ alert, close, send }: Props) {
  const { t, locale } = useTexts();
  const { rootId } = useOrganisationNames();
  const [to, setTo] = useState('');
  const [picked, setPicked] = useState<string | null>(null);
  const organisation = alert.organisation?.id ?? rootId;
  const path = organisation === null ? null : `/on-duty?organisation=${encodeURIComponent(organisation)}`;
  const duty = useRead<OnDuty>(path, '', 60_000).value;
  const options: readonly Option[] = (duty?.items ?? [])
    .filter((one) => one.name !== alert.holder?.name)
    .map((one, at) => ({
      key: `${one.person_id}-${at}`,
      name: one.name,
      detail: `${one.role.label[locale] ?? one.role.code} · ${one.why.label[locale] ?? one.why.code}`,
      ...(one.reachable ? {} : { mark: t('transfer.not_reachable') }),
    }));
  const asked = options.find((option) => option.key === picked)?.name ?? to.trim();
  const submit = () => send({ name: 'transfer', body: { to: asked } });
  return (
    <StepDialog
      title={t('transfer.title')}
      who={whoOf(alert)}
      ready={asked !== ''}
      close={close}
      submit={submit}
    >
      <PickOrType
        label={t('transfer.to')}
        description={t('transfer.why')}
        name="to"
        options={options}
        nobody={duty !== null && duty.items.length === 0 ? t('transfer.nobody') : null}
        text={to}
        type={setTo}
        picked={picked}
        pick={setPicked}
      />
    </StepDialog>
  );
}
