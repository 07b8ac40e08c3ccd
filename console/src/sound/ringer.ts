/** Rings: starts the bursts, and knows whether the browser lets them be heard. What it says was played, was played. */

import { steadyNow } from '../clock/steady';
import { serverNow } from '../clock/time';
import { type LastBurst, nextBurst, patternOf, type Ringing, urgency } from './pattern';

/** `blocked`: the browser wants a key or a click first. `mute`: it says it runs, but its clock stands (no sound card). */
export type SoundState = 'starting' | 'running' | 'blocked' | 'mute';

export type Played = {
  alert_id: string;
  severity: string;
  ring_seq: number;
  at: number;
  context_time: number;
};

const TICK_MS = 100;
const STANDSTILL_MS = 3_000;
/** An allowed context needs a moment to start; nobody should wait for an alarm to learn that it is not allowed. */
const START_MS = 600;
const REMEMBERED = 200;

declare global {
  interface Window {
    /** For tests: written only from a running AudioContext, after its clock has passed the start of a burst. */
    __care_sound?: { state: SoundState; played: Played[] };
  }
}

export class Ringer {
  private context: AudioContext | null = null;
  private ringing: readonly Ringing[] = [];
  private readonly heard = new Map<string, number>();
  private last: LastBurst | null = null;
  private voice: GainNode | null = null;
  private contextTime = -1;
  private movedAt = steadyNow();
  private ranAt = steadyNow();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly record = { state: 'starting' as SoundState, played: [] as Played[] };

  constructor(private readonly onState: (state: SoundState) => void) {
    window.__care_sound = this.record;
    this.timer = setInterval(() => this.tick(), TICK_MS);
    window.addEventListener('pointerdown', this.unblock);
    window.addEventListener('keydown', this.unblock);
    this.unblock();
  }

  /** These alerts ring until they are no longer named here. */
  ring(alerts: readonly Ringing[]): void {
    this.ringing = alerts;
    if (alerts.length === 0) this.hush();
    this.tick();
  }

  close(): void {
    clearInterval(this.timer);
    window.removeEventListener('pointerdown', this.unblock);
    window.removeEventListener('keydown', this.unblock);
    void this.context?.close();
  }

  private readonly unblock = (): void => {
    this.context ??= new AudioContext({ latencyHint: 'interactive' });
    if (this.context.state === 'running') return;
    void this.context.resume().then(
      () => this.tick(),
      () => undefined,
    ); // refused: the state says so
  };

  private tick(): void {
    const context = this.context;
    if (context === null) return;
    this.look(context);
    if (context.state !== 'running') return;
    const next = nextBurst(this.ringing, this.heard, this.last, steadyNow());
    if (next !== null) this.start(context, next);
  }

  private look(context: AudioContext): void {
    const now = steadyNow();
    if (context.currentTime > this.contextTime) {
      this.contextTime = context.currentTime;
      this.movedAt = now;
    }
    if (context.state === 'running') this.ranAt = now;
    const stands = now - this.movedAt > STANDSTILL_MS;
    const waits = now - this.ranAt > START_MS;
    const shown =
      context.state === 'running' ? (stands ? 'mute' : 'running') : waits ? 'blocked' : 'starting';
    if (shown === this.record.state) return;
    this.record.state = shown;
    this.onState(shown);
  }

  private start(context: AudioContext, alert: Ringing): void {
    this.hush();
    const pattern = patternOf(alert.severity);
    const voice = context.createGain();
    voice.gain.value = pattern.volume;
    voice.connect(context.destination);
    const begin = context.currentTime + 0.01;
    for (const [hz, start] of pattern.tones) tone(context, voice, hz, begin + start, pattern.toneSeconds);
    this.voice = voice;
    this.heard.set(alert.id, alert.ring_seq);
    this.last = { rank: urgency(alert.severity), startedAt: steadyNow() };
    this.confirm(context, alert, begin);
  }

  /** Writes the burst down once the audio clock has passed its start. */
  private confirm(context: AudioContext, alert: Ringing, begin: number): void {
    const timer = setInterval(() => {
      if (context.state === 'closed' || steadyNow() - this.movedAt > STANDSTILL_MS)
        return clearInterval(timer);
      if (context.state !== 'running' || context.currentTime <= begin) return;
      clearInterval(timer);
      const { id, severity, ring_seq } = alert;
      const entry = { alert_id: id, severity, ring_seq, at: serverNow(), context_time: context.currentTime };
      this.record.played.push(entry);
      this.record.played.splice(0, this.record.played.length - REMEMBERED);
    }, 10);
  }

  private hush(): void {
    this.voice?.disconnect();
    this.voice = null;
  }
}

function tone(context: AudioContext, voice: GainNode, hz: number, at: number, seconds: number): void {
  const shape = context.createGain();
  shape.gain.setValueAtTime(0, at);
  shape.gain.linearRampToValueAtTime(1, at + 0.01);
  shape.gain.setValueAtTime(1, at + seconds - 0.02);
  shape.gain.linearRampToValueAtTime(0, at + seconds);
  shape.connect(voice);
  for (const [multiple, share] of [
    [1, 0.7],
    [2, 0.2],
    [3, 0.1],
  ] as const) {
    const oscillator = context.createOscillator(); // overtones carry further through an office than a pure tone
    const level = context.createGain();
    level.gain.value = share;
    oscillator.frequency.value = hz * multiple;
    oscillator.connect(level).connect(shape);
    oscillator.start(at);
    oscillator.stop(at + seconds);
  }
}
