package phase

import m "github.com/pgwdump/pgwdump/message"

// A request is what a client has asked for and how far the server is with the
// answer.
type request uint8

const (
	none request = iota

	query
	queryCopyIn
	queryCopyOut
	queryCopyBoth
	queryCopyBothFrontendDone
	queryCopyBothBackendDone

	parse
	bind
	describeStatement
	describeStatementRows // its parameters are described, its rows not yet
	describePortal
	execute
	executeCopyIn
	executeCopyOut
	closing
	sync
	skipping // takes the place of a batch that failed, until its Sync comes

	functionCall
	terminate
	copyEnd // CopyDone or CopyFail of a COPY that the server has not begun yet
	unseen  // what was asked for in a part that was not seen: any number of requests

	done // in the table: the request is answered
	skip // in the table: so it is, and what follows up to the next Sync will not be

	states = done
)

// A matter is the row of one state of a request in the second table: the phase
// in which the connection is meanwhile, and what messages make of the request.
type matter struct {
	phase    Phase
	backend  steps
	frontend steps // what the client does while it is being answered: COPY only
}

type steps map[m.Kind]request

// answers is the second table.
var answers = [states]matter{
	query: {SimpleQuery, steps{
		m.KindRowDescription:     query,
		m.KindDataRow:            query,
		m.KindCommandComplete:    query,
		m.KindEmptyQueryResponse: query,
		m.KindErrorResponse:      query,
		m.KindCopyInResponse:     queryCopyIn,
		m.KindCopyOutResponse:    queryCopyOut,
		m.KindCopyBothResponse:   queryCopyBoth,
		m.KindReadyForQuery:      done,
	}, nil},
	queryCopyIn: {CopyIn, steps{
		m.KindCommandComplete: query,
		m.KindErrorResponse:   query,
	}, steps{
		m.KindCopyData: queryCopyIn,
		m.KindCopyDone: query,
		m.KindCopyFail: query,
	}},
	queryCopyOut: {CopyOut, steps{
		m.KindCopyData:      queryCopyOut,
		m.KindCopyDone:      query,
		m.KindErrorResponse: query,
	}, nil},
	queryCopyBoth: {CopyBoth, steps{
		m.KindCopyData:      queryCopyBoth,
		m.KindCopyDone:      queryCopyBothBackendDone,
		m.KindErrorResponse: query,
	}, steps{
		m.KindCopyData: queryCopyBoth,
		m.KindCopyDone: queryCopyBothFrontendDone,
		m.KindCopyFail: queryCopyBothFrontendDone,
	}},
	// A server that is told to stop in the middle of a transaction answers CopyDone
	// at once and then sends the changes that it has begun with (ProcessRepliesIfAny
	// in walsender.c): its half is over when the command is.
	queryCopyBothFrontendDone: {CopyBothFrontendDone, steps{
		m.KindCopyData:        queryCopyBothFrontendDone,
		m.KindCopyDone:        queryCopyBothFrontendDone,
		m.KindRowDescription:  query,
		m.KindCommandComplete: query,
		m.KindErrorResponse:   query,
	}, nil},
	queryCopyBothBackendDone: {CopyBothBackendDone, steps{
		m.KindCommandComplete: query,
		m.KindErrorResponse:   query,
	}, steps{
		m.KindCopyData: queryCopyBothBackendDone,
		m.KindCopyDone: query,
		m.KindCopyFail: query,
	}},

	parse: {ExtendedQuery, steps{m.KindParseComplete: done, m.KindErrorResponse: skip}, nil},
	bind:  {ExtendedQuery, steps{m.KindBindComplete: done, m.KindErrorResponse: skip}, nil},
	describeStatement: {ExtendedQuery, steps{
		m.KindParameterDescription: describeStatementRows,
		m.KindErrorResponse:        skip,
	}, nil},
	describeStatementRows: {ExtendedQuery, steps{
		m.KindRowDescription: done,
		m.KindNoData:         done,
		m.KindErrorResponse:  skip,
	}, nil},
	describePortal: {ExtendedQuery, steps{
		m.KindRowDescription: done,
		m.KindNoData:         done,
		m.KindErrorResponse:  skip,
	}, nil},
	execute: {ExtendedQuery, steps{
		m.KindDataRow:            execute,
		m.KindCommandComplete:    done,
		m.KindEmptyQueryResponse: done,
		m.KindPortalSuspended:    done,
		m.KindCopyInResponse:     executeCopyIn,
		m.KindCopyOutResponse:    executeCopyOut,
		m.KindErrorResponse:      skip,
	}, nil},
	executeCopyIn: {CopyIn, steps{
		m.KindCommandComplete: done,
		m.KindErrorResponse:   skip,
	}, steps{
		m.KindCopyData: executeCopyIn,
		m.KindCopyDone: execute,
		m.KindCopyFail: execute,
	}},
	executeCopyOut: {CopyOut, steps{
		m.KindCopyData:      executeCopyOut,
		m.KindCopyDone:      execute,
		m.KindErrorResponse: skip,
	}, nil},
	closing: {ExtendedQuery, steps{m.KindCloseComplete: done, m.KindErrorResponse: skip}, nil},
	sync: {ExtendedQuery, steps{
		m.KindErrorResponse: sync, // a deferred constraint, at the implicit commit
		m.KindReadyForQuery: done,
	}, nil},
	skipping: {ExtendedQuery, nil, nil},

	functionCall: {FunctionCall, steps{
		m.KindFunctionCallResponse: functionCall,
		m.KindErrorResponse:        functionCall,
		m.KindReadyForQuery:        done,
	}, nil},
	terminate: {Terminated, nil, nil},
	copyEnd:   {SimpleQuery, nil, nil},
	unseen:    {Unsynchronised, nil, nil},
}

// opens says which request each message of the client is. Flush is none: it has
// no answer. Describe is one of two, by what it describes.
var opens = [m.Kinds]request{
	m.KindQuery:        query,
	m.KindParse:        parse,
	m.KindBind:         bind,
	m.KindDescribe:     describeStatement,
	m.KindExecute:      execute,
	m.KindClose:        closing,
	m.KindSync:         sync,
	m.KindFunctionCall: functionCall,
	m.KindTerminate:    terminate,
	m.KindCopyDone:     copyEnd,
	m.KindCopyFail:     copyEnd,
}
