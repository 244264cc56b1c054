package main

import "encoding/json"

// model is the meta model: the parts of it that types are made of.
type model struct {
	MetaData struct {
		Version string `json:"version"`
	} `json:"metaData"`
	Requests      []message     `json:"requests"`
	Notifications []message     `json:"notifications"`
	Structures    []structure   `json:"structures"`
	Enumerations  []enumeration `json:"enumerations"`
	TypeAliases   []alias       `json:"typeAliases"`
}

// message is a request or a notification.
type message struct {
	Method string    `json:"method"`
	Params *typeExpr `json:"params"`
	Result *typeExpr `json:"result"` // of a request
}

type structure struct {
	Name       string     `json:"name"`
	Extends    []typeExpr `json:"extends"`
	Mixins     []typeExpr `json:"mixins"`
	Properties []property `json:"properties"`
}

type property struct {
	Name     string   `json:"name"`
	Type     typeExpr `json:"type"`
	Optional bool     `json:"optional"`
}

type enumeration struct {
	Name   string   `json:"name"`
	Type   typeExpr `json:"type"`
	Values []struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	} `json:"values"`
}

type alias struct {
	Name string   `json:"name"`
	Type typeExpr `json:"type"`
}

// typeExpr is a type: which fields it has, its kind says.
type typeExpr struct {
	Kind    string          `json:"kind"`
	Name    string          `json:"name"`    // base, reference
	Items   []typeExpr      `json:"items"`   // or, tuple
	Element *typeExpr       `json:"element"` // array
	Key     *typeExpr       `json:"key"`     // map
	Value   json.RawMessage `json:"value"`   // map: a type; literal: a structure; stringLiteral: the string
}
