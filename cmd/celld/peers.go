package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/replication"
)

// others is what a status tells of other routers.
type others struct {
	Addresses []string `json:"addresses"` // where this router said in the log that it is reached
	Routers   []peer   `json:"routers"`
	InSight   []inSee  `json:"in_sight"`  // routers that are not of the cell
	Strangers uint64   `json:"strangers"` // links refused for their key
	Refused   uint64   `json:"refused"`   // datagrams from addresses that were not let in
}

// peer is another router of the cell.
type peer struct {
	Router  string         `json:"router"`
	Name    string         `json:"name,omitempty"`
	Met     *time.Time     `json:"met"` // nil for never, since celld started
	Here    bool           `json:"here"`
	LetGo   bool           `json:"let_go,omitempty"`
	Address string         `json:"address,omitempty"`
	Said    []string       `json:"addresses,omitempty"` // where it said in the log that it is reached
	Lacks   uint64         `json:"lacks"`
	Ahead   uint64         `json:"ahead"`
	Trip    float64        `json:"round_trip_ms,omitempty"`
	Signal  int            `json:"signal_dbm,omitempty"`      // of a radio that hears it directly
	Arrives int            `json:"arrives_percent,omitempty"` // of what is sent through the mesh
	Faults  map[string]int `json:"faults,omitempty"`
	Waits   *time.Time     `json:"waits_until,omitempty"` // for its conduct
}

// inSee is a router in sight that is not of the cell.
type inSee struct {
	Router  string    `json:"router"`
	Address string    `json:"address"`
	Looking bool      `json:"looking"` // for a cell
	Since   time.Time `json:"since"`
}

// others lists every router of the cell but this one, met or not, and who else
// is in sight.
func (m *mesh) others() *others {
	st := m.room.Status()
	met := map[op.Device]replication.Neighbour{}
	for _, n := range st.Neighbours {
		met[n.Device] = n
	}
	said := m.addresses()
	out := &others{Addresses: spelled(said, m.house.vault.Router()), Routers: []peer{}, InSight: []inSee{}, Strangers: st.Strangers, Refused: m.endpoint.Refused()}
	who := cell.PeopleOf(m.house.log.State())
	if who.Trust != nil {
		for _, r := range who.Trust.Routers {
			if r.Name == m.house.vault.Router() {
				continue
			}
			p := peer{Router: r.Name.String(), Name: who.Router(r.Name), LetGo: r.Status != trust.Active, Said: spelled(said, r.Name)}
			if n, ok := met[r.Name]; ok {
				p.met(n)
			}
			if p.Here {
				h := m.hears(r.Name, p.Address)
				p.Signal, p.Arrives = h.Signal, h.Arrives
			}
			out.Routers = append(out.Routers, p)
		}
	}
	for _, s := range m.Seen() {
		out.InSight = append(out.InSight, inSee{s.Router.String(), s.At, s.Looking, s.Since})
	}
	return out
}

// met fills in what a conversation told.
func (p *peer) met(n replication.Neighbour) {
	heard := n.Talk.Heard.UTC()
	p.Met, p.Here, p.Address = &heard, n.Here(), n.Address
	p.Lacks, p.Ahead = n.Talk.Lacks, n.Talk.Behind
	if p.Here {
		p.Trip = float64(n.Talk.Air.RoundTrip.Microseconds()) / 1000
	}
	for f, times := range n.Talk.Faults {
		if p.Faults == nil {
			p.Faults = map[string]int{}
		}
		p.Faults[string(f)] = times
	}
	if time.Now().Before(n.Until) {
		until := n.Until.UTC()
		p.Waits = &until
	}
}

// peers prints the table.
func (c *client) peers(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("peers takes no %q; %w", args[0], errUsage)
	}
	return c.ask(request{Do: "status"}, func(e event) error {
		if e.Status == nil {
			return nil
		}
		return e.Status.Peers.write(c.out, time.Now())
	})
}

func (o *others) write(w io.Writer, now time.Time) error {
	if o == nil {
		_, err := fmt.Fprintln(w, "this router neither looks around nor shows itself; celld -mesh changes that")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	if len(o.Routers) == 0 {
		fmt.Fprintln(t, "the cell has no other router")
	} else {
		fmt.Fprintln(t, "NAME\tROUTER\tMET\tREACH\tLACKS\tAHEAD\tTRIP\tHEARD\tFAULTS")
	}
	for _, p := range o.Routers {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", orDash(p.Name), p.Router, p.metText(now), p.reach(), p.Lacks, p.Ahead, p.trip(), p.heard(), p.faultText())
	}
	if len(o.InSight) > 0 {
		fmt.Fprintln(t, "\nIN SIGHT\tADDRESS\tSINCE\tLOOKS FOR A CELL")
	}
	for _, s := range o.InSight {
		fmt.Fprintf(t, "%s\t%s\t%s\t%t\n", s.Router, s.Address, ago(now, s.Since), s.Looking)
	}
	if o.Strangers > 0 {
		fmt.Fprintf(t, "\n%d times a router was refused whose key is none of the cell's\n", o.Strangers)
	}
	return t.Flush()
}

func (p peer) metText(now time.Time) string {
	if p.Met == nil {
		return "not yet"
	}
	return ago(now, *p.Met)
}

func (p peer) reach() string {
	switch {
	case p.LetGo:
		return "let go"
	case p.Waits != nil:
		return "has to wait"
	case p.Here:
		return "yes"
	}
	return "no"
}

func (p peer) trip() string {
	if p.Trip == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f ms", p.Trip)
}

// heard is the radio's own figure, or else the mesh's.
func (p peer) heard() string {
	switch {
	case p.Signal != 0:
		return fmt.Sprintf("%d dBm", p.Signal)
	case p.Arrives != 0:
		return fmt.Sprintf("%d %%", p.Arrives)
	}
	return "-"
}

func (p peer) faultText() string {
	var list []string
	for _, f := range slices.Sorted(maps.Keys(p.Faults)) {
		list = append(list, fmt.Sprintf("%s %d", f, p.Faults[f]))
	}
	return orDash(strings.Join(list, ", "))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// ago spells how long ago something was, in the largest unit that fits.
func ago(now, t time.Time) string {
	d := max(now.Sub(t), 0)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// writeMesh is the line about other routers in a status.
func (s status) writeMesh(line func(name, format string, args ...any)) {
	if s.Peers == nil {
		return
	}
	reach, all := 0, 0
	for _, p := range s.Peers.Routers {
		if !p.LetGo {
			all++
		}
		if p.Here {
			reach++
		}
	}
	line("peers", "%d of %d other routers within reach, %d strangers in sight", reach, all, len(s.Peers.InSight))
}
