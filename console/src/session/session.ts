/** Who is logged in, and what the page does when nobody is, or when the backend cannot be asked. */
import { createContext, useCallback, useEffect, useState } from 'react';
import { call, Problem, setCsrfToken, whenNobody } from '../api/client';
import type { Session } from '../api/types';
import { forgetDrafts } from '../desk/drafts';

const RETRY_MS = 2_000;

export type Standing =
  | { kind: 'asking'; unreachable: boolean }
  | { kind: 'nobody' }
  | { kind: 'somebody'; session: Session };

export type SessionCalls = {
  standing: Standing;
  logIn: (username: string, password: string, otp?: string) => Promise<void>;
  /** The session that has taken the place of the one before: a password was changed, a duty is done. */
  renew: (session: Session) => void;
  logOut: () => Promise<void>;
};

/** One's own session, wherever it is asked about; null: nobody is logged in. */
export const OwnSession = createContext<{ session: Session; renew: (session: Session) => void } | null>(null);

export function useSession(): SessionCalls {
  const [standing, setStanding] = useState<Standing>({ kind: 'asking', unreachable: false });

  const take = useCallback((session: Session) => {
    setCsrfToken(session.csrf_token);
    setStanding({ kind: 'somebody', session });
  }, []);

  useEffect(() => {
    whenNobody(() => setStanding({ kind: 'nobody' }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      call<Session>('GET', '/session').then(take, (error: unknown) => {
        if (error instanceof Problem) return setStanding({ kind: 'nobody' });
        setStanding({ kind: 'asking', unreachable: true });
        timer = setTimeout(ask, RETRY_MS);
      });
    };
    ask();
    return () => clearTimeout(timer);
  }, [take]);

  const logIn = useCallback(
    async (username: string, password: string, otp?: string) =>
      take(
        await call<Session>('POST', '/session', otp ? { username, password, otp } : { username, password }),
      ),
    [take],
  );
  const logOut = useCallback(async () => {
    await call('DELETE', '/session');
    forgetDrafts(); // the next one at this PC must not read what was being written about people
    setStanding({ kind: 'nobody' });
  }, []);
  return { standing, logIn, renew: take, logOut };
}
