/** The mandatory steps that keep an alert open: each is done now, or it is said why it cannot be. */
import { Fieldset, Group, Radio, TextInput } from '@mantine/core';
import type { StepMark } from '../../api/actions';
import { useTexts } from '../../i18n/texts';
import type { Standing } from '../failure';

export type Marks = Readonly<Record<string, StepMark>>;

/** Whether each of `standing` is answered for. */
export function allAnswered(standing: readonly Standing[], marks: Marks): boolean {
  return standing.every(({ step }) => {
    const mark = marks[step];
    return mark?.state === 'done' || (mark?.state === 'impossible' && (mark.reason ?? '').trim() !== '');
  });
}

type Props = { standing: readonly Standing[]; marks: Marks; change: (mark: StepMark) => void };

export function StandingSteps({ standing, marks, change }: Props) {
  const { t, locale } = useTexts();
  return (
    <Fieldset legend={t('close.steps')} data-testid="standing-steps">
      {standing.map(({ step, label }, index) => {
        const mark = marks[step];
        return (
          <div key={step} className="standing-step" data-step={step}>
            <Radio.Group
              label={label[locale] ?? label.en}
              value={mark?.state ?? ''}
              onChange={(state) => change({ ...mark, step, state: state as StepMark['state'] })}
              required
            >
              <Group mt={4}>
                <Radio
                  value="done"
                  label={t('close.step_done')}
                  {...(index === 0 ? { autoFocus: true } : {})}
                />
                <Radio value="impossible" label={t('close.step_impossible')} />
              </Group>
            </Radio.Group>
            {mark?.state === 'impossible' && (
              <TextInput
                label={t('close.step_why')}
                name={`why-${step}`}
                required
                maxLength={256}
                value={mark.reason ?? ''}
                onChange={(typed) => change({ ...mark, reason: typed.currentTarget.value })}
              />
            )}
          </div>
        );
      })}
    </Fieldset>
  );
}
