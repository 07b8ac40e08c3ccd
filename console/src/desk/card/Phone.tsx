/** A number that can be read aloud from the screen and dialled with one click. */

/** `13800001234` as `138 0000 1234`; anything else as it is. */
export function spaced(number: string): string {
  return number.replace(/^(1\d{2})(\d{4})(\d{4})$/, '$1 $2 $3');
}

export function Phone({ number }: { number: string }) {
  return (
    <a className="phone" href={`tel:${number.replace(/[^\d+*#]/g, '')}`}>
      ☎ {spaced(number)}
    </a>
  );
}
