/** The mark and the name: a supervisor over two actors, one of them on stage. */
export function Logo() {
  return (
    <a className="logo" href="./" aria-label="Playhouse, start page">
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden>
        <rect width="32" height="32" rx="8" fill="#3d5bf5" />
        <path
          d="M16 9v6M16 15l-6 6M16 15l6 6"
          stroke="#fff"
          strokeOpacity=".7"
          strokeWidth="2"
          strokeLinecap="round"
          fill="none"
        />
        <circle cx="16" cy="9" r="4" fill="#fff" />
        <circle cx="9.5" cy="22" r="3.5" fill="#fff" />
        <circle cx="22.5" cy="22" r="3.5" fill="#ffd166" />
      </svg>
      <span className="logo-name">Playhouse</span>
    </a>
  );
}
