/** A dashboard as Grafana lays it out: 24 columns, rows of 30 pixels with 8 between. */

import { createTheme, dateTime, EventBusSrv, ThemeContext } from '@grafana/data'
import { GlobalStyles, PanelChrome, PanelContextProvider } from '@grafana/ui'
import { createRoot } from 'react-dom/client'
import { framesOf } from './frames.jsx'
import { Note, Visualization } from './panels.jsx'

import '@fontsource/inter/latin.css'

const CELL = 30
const GAP = 8

/** @param shown what `screenshots.ts` says is to be drawn */
window.draw = async (shown) => {
  const theme = createTheme({ colors: { mode: shown.mode } })
  const panels = await Promise.all(
    shown.panels.map(async (each) => ({ ...each, frames: await framesOf(each, theme) })),
  )
  document.body.style.margin = '0'
  createRoot(document.querySelector('#root')).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PanelContextProvider
        value={{
          eventsScope: 'global',
          eventBus: new EventBusSrv(),
          canAddAnnotations: () => false,
        }}
      >
        <Dashboard {...{ shown, panels, theme }} />
      </PanelContextProvider>
    </ThemeContext.Provider>,
  )
}

function Dashboard({ shown, panels, theme }) {
  const column = (shown.width - GAP) / 24
  const rows = Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h))
  const range = {
    from: dateTime(shown.range.from),
    to: dateTime(shown.range.to),
    raw: { from: dateTime(shown.range.from), to: dateTime(shown.range.to) },
  }
  const place = ({ x, y, w, h }) => ({
    position: 'absolute',
    left: GAP + x * column,
    top: y * (CELL + GAP),
    width: w * column - GAP,
    height: h * (CELL + GAP) - GAP,
  })
  return (
    <div
      style={{
        width: shown.width,
        background: theme.colors.background.canvas,
        color: theme.colors.text.primary,
        fontFamily: theme.typography.fontFamily,
      }}
    >
      <Header {...{ shown, theme }} />
      <div style={{ position: 'relative', height: rows * (CELL + GAP) + GAP }}>
        {panels.map(({ panel, frames, asked }, index) => {
          const at = place(panel.gridPos)
          return (
            <div key={index} style={at} data-panel={panel.title}>
              {panel.type === 'row' ? (
                <h2 style={{ fontSize: 16, fontWeight: 500, lineHeight: `${CELL}px`, margin: 0 }}>
                  {panel.title}
                </h2>
              ) : (
                <PanelChrome
                  title={panel.title}
                  description={panel.description}
                  width={at.width}
                  height={at.height}
                >
                  {(width, height) =>
                    asked === 'tempo' ? (
                      <Note>Asked of Tempo, which this picture was made without.</Note>
                    ) : (
                      <Visualization {...{ panel, frames, width, height, theme, range }} />
                    )
                  }
                </PanelChrome>
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Header({ shown, theme }) {
  const pill = {
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: 2,
    padding: '3px 8px',
    background: theme.colors.background.primary,
  }
  return (
    <div
      style={{
        padding: `12px ${GAP}px`,
        display: 'flex',
        flexWrap: 'wrap',
        gap: 8,
        alignItems: 'center',
        fontSize: 13,
      }}
    >
      <strong style={{ fontSize: 18, fontWeight: 500, marginRight: 8 }}>{shown.title}</strong>
      {shown.variables.map(([label, text]) => (
        <span key={label} style={pill}>
          <span style={{ color: theme.colors.text.secondary }}>{label} </span>
          {text}
        </span>
      ))}
      <span style={{ ...pill, marginLeft: 'auto' }}>{shown.rangeText}</span>
      <span style={{ width: '100%', fontSize: 11, color: theme.colors.text.secondary }}>
        Rendered with Grafana’s components (@grafana/ui 12.4.10), not by a Grafana. {shown.note}
      </span>
    </div>
  )
}
