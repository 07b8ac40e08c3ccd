/** The hand-over to 120, as much of it as is known: it can be completed until the hospital is. */
import { Group, Radio, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CallPage, HandOver, HandOverBody } from '../../api/types';
import { nearestMoment, typedTime } from '../../clock/typed';
import { useTexts } from '../../i18n/texts';
import { StepDialog } from './StepDialog';

type Props = {
  who: string;
  known: HandOver | null;
  calls: CallPage | null;
  now: number;
  /** A closing waits for it: then the hospital is asked for. */
  closing: boolean;
  close: () => void;
  send: (body: HandOverBody) => void;
};

type Vehicle = 'ambulance' | 'boat';
type Form = Record<
  'called' | 'reference' | 'call_back' | 'vehicle' | 'comes' | 'met_by' | 'hospital' | 'condition',
  string
>;

/** When 120 was called: as it was written down, or the call of this alert, or now. */
function calledAt(known: HandOver | null, calls: CallPage | null, now: number): string {
  const call = calls?.items.find((one) => one.to === 'emergency_service' && one.number === '120');
  return known?.called_at ?? call?.began_at ?? new Date(now).toISOString();
}

function formOf(known: HandOver | null, calledAt: string): Form {
  return {
    called: typedTime(calledAt),
    reference: known?.reference ?? '',
    call_back: known?.call_back ?? '',
    vehicle: known?.vehicle ?? '',
    comes: known?.vehicle_at == null ? '' : typedTime(known.vehicle_at),
    met_by: known?.met_by ?? '',
    hospital: known?.hospital ?? '',
    condition: known?.condition ?? '',
  };
}

/** A time that was not touched stays to the second. */
function momentOf(text: string, before: string | null | undefined, now: number): string | null {
  return before != null && typedTime(before) === text ? before : nearestMoment(text, now);
}

function bodyOf(form: Form, known: HandOver | null, called: string, now: number): HandOverBody | null {
  const calledNow = momentOf(form.called, called, now);
  if (calledNow === null) return null;
  const said = (text: string) => (text.trim() === '' ? null : text.trim());
  const comes = form.comes === '' ? null : momentOf(form.comes, known?.vehicle_at, now);
  if (form.comes !== '' && comes === null) return null;
  return {
    called_at: calledNow,
    reference: said(form.reference),
    call_back: said(form.call_back),
    vehicle: form.vehicle === '' ? null : (form.vehicle as Vehicle),
    vehicle_at: comes,
    met_by: said(form.met_by),
    hospital: said(form.hospital),
    condition: said(form.condition),
  };
}

export function HandOverDialog({ who, known, calls, now, closing, close, send }: Props) {
  const { t } = useTexts();
  const [called] = useState(() => calledAt(known, calls, now));
  const [form, setForm] = useState(() => formOf(known, called));
  const body = bodyOf(form, known, called, now);
  const ready = body !== null && (!closing || body.hospital !== null);
  const field = (name: keyof Form, most: number) => ({
    label: t(`hand_over.${name}`),
    name,
    maxLength: most,
    value: form[name],
    onChange: (change: { currentTarget: { value: string } }) => {
      const { value } = change.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });
  return (
    <StepDialog
      title={t('hand_over.title')}
      who={who}
      ready={ready}
      close={close}
      submit={() => body !== null && send(body)}
    >
      {closing && (
        <p className="dialog-warning" role="alert">
          {t('hand_over.before_closing')}
        </p>
      )}
      <SimpleGrid cols={2} spacing="sm">
        <TextInput
          {...field('hospital', 128)}
          data-autofocus
          autoFocus
          required={closing}
          description={t('hand_over.hospital_why')}
        />
        <TextInput {...field('met_by', 128)} description={t('hand_over.met_by_why')} />
        <TextInput {...field('called', 5)} description={t('hand_over.time_how')} required />
        <TextInput {...field('comes', 5)} description={t('hand_over.time_how')} />
        <TextInput {...field('reference', 64)} />
        <TextInput {...field('call_back', 32)} inputMode="tel" />
      </SimpleGrid>
      <Radio.Group
        label={t('hand_over.vehicle')}
        value={form.vehicle}
        onChange={(vehicle) => setForm((before) => ({ ...before, vehicle }))}
      >
        <Group mt={4}>
          <Radio value="ambulance" label={t('vehicle.ambulance')} />
          <Radio value="boat" label={t('vehicle.boat')} />
        </Group>
      </Radio.Group>
      <Textarea {...field('condition', 2000)} autosize minRows={1} maxRows={3} />
    </StepDialog>
  );
}
