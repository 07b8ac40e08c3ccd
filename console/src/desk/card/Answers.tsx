/** What the terminal is to tell the person, the latest first, and whether the terminal has confirmed that it did. */
import type { CommandLine } from '../../api/types';
import { clockTime } from '../../clock/format';
import { useTexts } from '../../i18n/texts';

const MARKS: Readonly<Record<string, string>> = { done: '✓', sent: '→', pending: '…', superseded: '–' };

export function Answers({ commands }: { commands: readonly CommandLine[] }) {
  const { t } = useTexts();
  const answers = commands.filter((command) => command.stage !== null).reverse();
  return (
    <section className="part" data-testid="answers">
      <h4>{t('answers.title')}</h4>
      {answers.length === 0 && <p className="dim">{t('answers.none')}</p>}
      <ul className="answers">
        {answers.map((command) => (
          <AnswerLine key={command.id} command={command} />
        ))}
      </ul>
    </section>
  );
}

function AnswerLine({ command }: { command: CommandLine }) {
  const { find } = useTexts();
  const at = command.result_at ?? command.sent_at ?? command.created_at;
  const failed = MARKS[command.state] === undefined;
  return (
    <li className={failed ? 'answer-failed' : `answer-${command.state}`} data-state={command.state}>
      <span aria-hidden="true" className="answer-mark">
        {MARKS[command.state] ?? '✗'}
      </span>
      <span>
        <strong>{find('answers.stage', command.stage ?? '') ?? command.stage}</strong>
        <span className="answer-state">{find('answers.state', command.state) ?? command.state}</span>
      </span>
      <time dateTime={at}>{clockTime(at)}</time>
    </li>
  );
}
