// Command porcupine judges the histories of `npm run torture` a second time, by a checker that shares no
// code with the project's own: profiles are linearizable registers with writes, compare-and-set and strong
// reads. Arguments: folders with a history.json each. Exit status: 0, all are linearizable; 1, some are not,
// or nobody can tell; 2, a history cannot be read.
//
// See Athalye, "Porcupine: A fast linearizability checker", https://github.com/anishathalye/porcupine, and
// Lowe, "Testing for linearizability", Concurrency and Computation 29(4), 2017.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/anishathalye/porcupine"
)

const longest = 30 * time.Second

type call struct {
	Kind, F  string
	Strong   bool
	Value    *int64
	From, To *int64
}

type operation struct {
	Process     int
	Key         string
	Call        call
	InvokedMs   float64
	CompletedMs *float64
	Result      struct {
		Type  string
		Value json.RawMessage
	}
}

type run struct {
	History struct {
		Operations []operation
		Reported   []struct{ Kind, Key string }
	}
}

// input is one call; its effect is known only if its end was seen.
type input struct {
	call
	known bool
}

// A register's state is the text of its value: pointers would be compared by address.
func text(value *int64) string {
	if value == nil {
		return "null"
	}
	return fmt.Sprint(*value)
}

var register = porcupine.Model{
	Init: func() interface{} { return "null" },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		one := in.(input)
		switch one.F {
		case "write":
			return true, text(one.Value)
		case "swap":
			if state == text(one.From) {
				return true, text(one.To)
			}
			return !one.known, state
		default:
			return state == out, state
		}
	},
}

func nanoseconds(ms float64) int64 { return int64(math.Round(ms * 1e6)) }

// registers has the operations of each profile, and how many profiles are left out because the system
// itself told of a write to them that a takeover lost.
func registers(one run) (map[string][]porcupine.Operation, int) {
	lost := map[string]bool{}
	for _, reported := range one.History.Reported {
		if reported.Kind == "profile" {
			lost[reported.Key] = true
		}
	}
	byKey := map[string][]porcupine.Operation{}
	for _, operation := range one.History.Operations {
		known := operation.Result.Type == "ok"
		isRead := operation.Call.F == "read"
		if operation.Call.Kind != "profile" || lost[operation.Key] || operation.Result.Type == "fail" ||
			(isRead && (!operation.Call.Strong || !known)) {
			continue
		}
		// What nobody saw the end of may take effect at any later time, or after everything else.
		end := int64(math.MaxInt64)
		if known && operation.CompletedMs != nil {
			end = nanoseconds(*operation.CompletedMs)
		}
		value := string(operation.Result.Value)
		if value == "" {
			value = "null"
		}
		byKey[operation.Key] = append(byKey[operation.Key], porcupine.Operation{
			ClientId: operation.Process,
			Input:    input{operation.Call, known},
			Call:     nanoseconds(operation.InvokedMs),
			Output:   value,
			Return:   end,
		})
	}
	return byKey, len(lost)
}

func main() {
	status := 0
	for _, folder := range os.Args[1:] {
		data, err := os.ReadFile(filepath.Join(folder, "history.json"))
		var one run
		if err == nil {
			err = json.Unmarshal(data, &one)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s holds no history that npm run torture wrote: %v\n", folder, err)
			os.Exit(2)
		}
		byKey, left := registers(one)
		counts := map[porcupine.CheckResult]int{}
		operations := 0
		for _, own := range byKey {
			counts[porcupine.CheckOperationsTimeout(register, own, longest)]++
			operations += len(own)
		}
		fmt.Printf("%s: %d operations on %d registers: %d linearizable, %d not, %d undecided; %d left out for a loss that was reported\n",
			folder, operations, len(byKey), counts[porcupine.Ok], counts[porcupine.Illegal], counts[porcupine.Unknown], left)
		if counts[porcupine.Illegal]+counts[porcupine.Unknown] > 0 {
			status = 1
		}
	}
	os.Exit(status)
}
