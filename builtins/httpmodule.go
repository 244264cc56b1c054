package builtins

import "github.com/seqvm/seqvm/host/sandbox"

// httpModuleWords are what vm:http is built on (docs/modules.md). Requests and responses are Variants (package builtins/web); servers and exchanges have numbers.
var httpModuleWords = []Word{
	{Name: "%http.new-request", Effect: "( ..a String String -- ..a Variant )", Doc: "A request with a method and a URL.", Part: web},
	{Name: "%http.new-response", Effect: "( ..a Int String String -- ..a Variant )", Doc: "A response with a status, a body and, unless that is empty, its type.", Part: web},
	{Name: "%http.field", Effect: "( ..a Variant Symbol -- ..a T )", Doc: "A part of a request or response.", Part: web},
	{Name: "%http.with", Effect: "( ..a Variant T Symbol -- ..a Variant )", Doc: "A request or response with another part.", Part: web},
	{Name: "%http.header", Effect: "( ..a Variant String -- ..a String Bool )", Doc: "The first header of a name.", Part: web},
	{Name: "%http.headers", Effect: "( ..a Variant String -- ..a V )", Doc: "The values of all headers of a name.", Part: web},
	{Name: "%http.add-header", Effect: "( ..a Variant String String -- ..a Variant )", Doc: "One more header.", Part: web},
	{Name: "%http.pairs", Effect: "( ..a String -- ..a M Bool )", Doc: "What a query or a form has.", Part: web},
	{Name: "%http.limit", Effect: "( ..a M Symbol Int -- ..a M )", Doc: "Limits with another one.", Part: web},
	{Name: "%http.streams?", Effect: "( ..a Variant -- ..a Bool )", Doc: "Is the body written by a quotation?", Part: web},

	{Name: "%http.start", Effect: "( ..a M -- ..a Int String )", Needs: sandbox.NetListen, Doc: "Starts a server; leaves its number, or 0 and why not.", Part: web},
	{Name: "%http.port", Effect: "( ..a Int -- ..a Int )", Needs: sandbox.NetSocket, Doc: "The port of a server.", Part: web},
	{Name: "%http.accept", Effect: "( ..a Int -- ..a Variant Int Bool )", Needs: sandbox.NetSocket, Doc: "Waits for a request; leaves it and the number of its route; false when the server has ended.", Part: web},
	{Name: "%http.stop", Effect: "( ..a Int Int -- ..a Bool )", Needs: sandbox.NetSocket, Doc: "Ends a server, and waits for at most so many milliseconds.", Part: web},
	{Name: "%http.answer", Effect: "( ..a Variant Int -- ..a )", Needs: sandbox.NetSocket, Doc: "Answers with a response.", Part: web},
	{Name: "%http.begin", Effect: "( ..a Variant Int -- ..a Bool )", Needs: sandbox.NetSocket, Doc: "Sends the head of a response.", Part: web},
	{Name: "%http.write", Effect: "( ..a String Int -- ..a Bool )", Needs: sandbox.NetSocket, Doc: "Sends a piece of a body.", Part: web},
	{Name: "%http.end", Effect: "( ..a Int -- ..a )", Needs: sandbox.NetSocket, Doc: "Ends a body.", Part: web},
	{Name: "%http.fail", Effect: "( ..a Int -- ..a )", Needs: sandbox.NetSocket, Doc: "Answers that there was an error, or breaks off.", Part: web},
	{Name: "%http.read", Effect: "( ..a Int -- ..a String Bool )", Needs: sandbox.NetSocket, Doc: "Waits for a piece of a body.", Part: web},
	{Name: "%http.read-all", Effect: "( ..a Int Int -- ..a String Bool )", Needs: sandbox.NetSocket, Doc: "Waits for a whole body of at most so many bytes; below 0: what the server's limit lets in.", Part: web},
	{Name: "%http.open", Effect: "( ..a Variant -- ..a Int String )", Needs: sandbox.NetConnect, Doc: "Sends a request; leaves the number of its exchange, or 0 and why not.", Part: web},
	{Name: "%http.await", Effect: "( ..a Int -- ..a Variant Bool )", Needs: sandbox.NetSocket, Doc: "Waits for the head of a response.", Part: web},
	{Name: "%http.close", Effect: "( ..a Int -- ..a )", Needs: sandbox.NetSocket, Doc: "Lets go of an exchange.", Part: web},
}
