/** Severity by shape, word and colour together, so that none of them carries it alone. */
import { useTexts } from '../i18n/texts';
import { rank } from './queue';

const SHAPES = [
  <path key="octagon" d="M8 1h8l7 7v8l-7 7H8l-7-7V8z" />,
  <path key="triangle" d="M12 1.5 23.5 22H.5z" />,
  <circle key="circle" cx="12" cy="12" r="11" />,
  <rect key="square" x="2" y="2" width="20" height="20" rx="2" />,
];

export function SeverityShape({ severity, size = 28 }: { severity: string; size?: number }) {
  const level = rank(severity);
  const mark = level < 2 ? 'M11 6h2l-.4 8h-1.2zM11 16h2v2h-2z' : 'M11 6h2v2h-2zM11 10h2v8h-2z';
  const lower = level === 1 ? 'translate(0 2)' : undefined;
  return (
    <svg
      className={`severity-shape severity-${level}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      {SHAPES[level]}
      <path className="severity-mark" d={mark} transform={lower} />
    </svg>
  );
}

export function SeverityWord({ severity }: { severity: string }) {
  const { find } = useTexts();
  return <>{find('severity', severity) ?? severity}</>;
}
